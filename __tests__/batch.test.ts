import { AsyncLocalStorage } from 'node:async_hooks';
import { expect, jest, test } from '@jest/globals';
import { BatchError, cacheOf, clearAll, memoize } from 'memokit';
import { error } from './support/error.js';
import { strict } from './support/strict.js';

/** A batch function that remembers its lists; a number below 0 has no result but an error. */
function source() {
  const lists: (readonly number[])[] = [];
  const load = async (ids: readonly number[]) => {
    lists.push(ids);
    return ids.map((id) => (id < 0 ? new RangeError(`no ${id}`) : { id }));
  };
  return { lists, load };
}

/** A result that the test gives when it likes. */
function later<T>() {
  let resolve!: (value: T) => void;
  let reject!: (error: unknown) => void;
  const promise = new Promise<T>((...settle) => {
    [resolve, reject] = settle;
  });
  return { promise, resolve, reject };
}

const task = () => new Promise((resolve) => setImmediate(resolve));

test('the misses of one turn are loaded by one call, in the order of the calls', async () => {
  const { lists, load } = source();
  const get = memoize.many(load);
  expect(await Promise.all([get(3), get(1), get(2)])).toEqual([{ id: 3 }, { id: 1 }, { id: 2 }]);
  expect(lists).toEqual([[3, 1, 2]]);
});

test('calls from promise jobs of the turn are in its batch, those of the next turn are not', async () => {
  const { lists, load } = source();
  const get = memoize.many(load);
  const nested = async (id: number, depth: number): Promise<unknown> => {
    if (depth > 0) return nested(id, depth - 1);
    await null;
    return get(id);
  };
  await Promise.all([get(1), nested(2, 1), nested(3, 50), new Promise(process.nextTick).then(() => get(4))]);
  expect(lists).toEqual([[1, 2, 3, 4]]);
  await Promise.all([get(5), task().then(() => get(6))]);
  expect(lists.slice(1)).toEqual([[5], [6]]);
});

test('each result is stored under its own key, and a batch holds only what is not', async () => {
  const { lists, load } = source();
  const get = memoize.many(load);
  const first = await get(1);
  expect(await Promise.all([get(1), get(2), get(2)])).toEqual([first, { id: 2 }, { id: 2 }]);
  expect(await get(1)).toBe(first);
  expect(lists).toEqual([[1], [2]]);
  expect(cacheOf(get).stats()).toMatchObject({ hits: 3, misses: 2, coalesced: 1, loads: 2, size: 2 });
  expect(cacheOf(get).delete(1)).toBe(true);
  expect(await Promise.all([get(1), get(2)])).toEqual([{ id: 1 }, { id: 2 }]);
  expect(lists).toEqual([[1], [2], [1]]);
});

test('a call whose argument is changed before the end of the turn rejects alone, and nothing is stored', async () => {
  interface Query {
    id: number;
  }
  const lists: (readonly Query[])[] = [];
  const rowOf = memoize.many(async function rows(queries: readonly Query[]) {
    lists.push(queries);
    return queries.map(({ id }) => `row ${id}`);
  });
  const query = { id: 0 };
  const ask = (id: number) => {
    query.id = id;
    return rowOf(query);
  };
  const [first, second, last, other] = await Promise.allSettled([ask(1), ask(2), ask(3), rowOf({ id: 4 })]);
  const message = 'rows: the argument was changed after the call, before its batch was loaded';
  const refused = { status: 'rejected', reason: error({ code: 'MEMOKIT_BAD_ARGUMENT', message }) };
  expect([first, second]).toEqual([refused, refused]);
  expect([last, other]).toMatchObject([{ value: 'row 3' }, { value: 'row 4' }]);
  expect(lists).toEqual([[{ id: 3 }, { id: 4 }]]);
  expect([cacheOf(rowOf).size, await rowOf({ id: 1 })]).toEqual([2, 'row 1']);
  const alone = rowOf({ ...query, id: 5 });
  expect(await alone).toBe('row 5');
  const changed = ask(6);
  query.id = 7;
  await expect(changed).rejects.toThrow(message);
  expect(lists).toHaveLength(3);
});

test('an argument is read at the call, before its batch is loaded and after that, each time once', async () => {
  const reads: string[] = [];
  let now = 'at the call';
  const query = {
    get id() {
      reads.push(now);
      return 1;
    },
  };
  const rowOf = memoize.many(async (queries: readonly object[]) => {
    now = 'after the load';
    return queries.map(() => 'row');
  });
  const row = rowOf(query);
  now = 'before the load';
  expect(await row).toBe('row');
  expect(reads).toEqual(['at the call', 'before the load', 'after the load']);
});

test('an Error among the results rejects its own call, and is not stored', async () => {
  const { lists, load } = source();
  const get = memoize.many(load);
  const [good, bad] = await Promise.allSettled([get(1), get(-1)]);
  expect(good).toMatchObject({ value: { id: 1 } });
  expect(bad).toMatchObject({ reason: new RangeError('no -1') });
  expect(cacheOf(get).stats()).toMatchObject({ size: 1, loads: 1, loadErrors: 1 });
  await expect(get(-1)).rejects.toThrow('no -1');
  expect(lists).toEqual([[1, -1], [-1]]);
});

test('an error of another realm is an error, and what fails as it is looked at fails alone', async () => {
  const { runInNewContext } = await import('node:vm');
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  const results = [runInNewContext('new TypeError("far")'), 5, proxy, Promise.reject(new Error('late'))];
  const get = memoize.many(async (_ids: readonly number[]) => results);
  const settled = await Promise.allSettled([get(0), get(1), get(2), get(3)]);
  expect(settled.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'rejected', 'rejected']);
  expect(cacheOf(get).size).toBe(1);
});

test('a result that throws as it is looked at is given as it is', async () => {
  // With a then, as the language itself asks for it when it fulfils a promise.
  // biome-ignore lint/suspicious/noThenProperty: as above
  const result = strict({ then: undefined, id: 1 }, true);
  const get = memoize.many(async (_ids: readonly number[]) => [result]);
  expect((await get(1)) === result).toBe(true);
});

test('what calls itself an Error and is none is a result', async () => {
  const impostor = { [Symbol.toStringTag]: 'Error', id: 1 };
  const get = memoize.many(async () => [impostor]);
  expect(await get(1)).toBe(impostor);
});

test('a call that is made again after an eviction is in its batch once', async () => {
  const { lists, load } = source();
  const get = memoize.many(load);
  const calls = [get(1), get(2)];
  cacheOf(get).delete(1);
  calls.push(get(1));
  cacheOf(get).clear();
  calls.push(get(2));
  const [one, two, oneAgain, twoAgain] = await Promise.all(calls);
  expect(lists).toEqual([[1, 2]]);
  expect([oneAgain, twoAgain]).toEqual([one, two]);
  expect([...cacheOf(get).entries()].map(([key]) => key)).toEqual([2]);
});

test('a call that all have left before the end of the turn is in no batch', async () => {
  const lists: (readonly number[])[] = [];
  const many = async (ids: readonly number[]) => {
    lists.push(ids);
    return ids.map(String);
  };
  const get = memoize(async (id: number, _signal?: AbortSignal) => String(id), {
    signal: (_id: number, signal?: AbortSignal) => signal,
    many,
  });
  const [gone, stays] = [new AbortController(), new AbortController()];
  const left = [get(1, gone.signal), get(2, gone.signal)];
  const kept = get(2, stays.signal);
  gone.abort();
  for (const call of left) await expect(call).rejects.toThrow(gone.signal.reason);
  expect(await kept).toBe('2');
  expect(lists).toEqual([[2]]);
  const last = new AbortController();
  const alone = get(3, last.signal);
  last.abort();
  await expect(alone).rejects.toThrow(last.signal.reason);
  const again = get(3);
  expect(await again).toBe('3');
  expect(lists).toEqual([[2], [3]]);
});

test('a batch that throws or rejects gives its error to every call, and the next call loads again', async () => {
  const failure = new Error('no connection');
  const failing = [
    memoize.many((_ids: readonly number[]): number[] => {
      throw failure;
    }),
    memoize.many(async (_ids: readonly number[]): Promise<number[]> => {
      throw failure;
    }),
  ];
  for (const get of failing) {
    const settled = await Promise.allSettled([get(1), get(2), get(1)]);
    for (const result of settled) expect(result).toEqual({ status: 'rejected', reason: failure });
    expect(cacheOf(get).stats()).toMatchObject({ size: 0, misses: 2, loadErrors: 2 });
    await expect(get(1)).rejects.toBe(failure);
    expect(cacheOf(get).stats().misses).toBe(3);
  }
});

for (const [title, results, message] of [
  ['too few results', [1], 'load: expected its batch to return one result for each key (2), but got 1'],
  ['too many results', [1, 2, 3], 'load: expected its batch to return one result for each key (2), but got 3'],
  ['no array', new Map(), 'load: expected its batch to return an array, but got: object'],
  ['nothing', undefined, 'load: expected its batch to return an array, but got: undefined'],
] as const) {
  test(`a batch that gives ${title} rejects each call with one BatchError`, async () => {
    const load = () => results as unknown as number[];
    const get = memoize.many(load);
    const [first, second] = await Promise.allSettled([get(1), get(2)]);
    expect(first).toMatchObject({ reason: error({ code: 'MEMOKIT_BAD_BATCH', message }) });
    expect((first as PromiseRejectedResult).reason).toBeInstanceOf(BatchError);
    expect((second as PromiseRejectedResult).reason).toBe((first as PromiseRejectedResult).reason);
    expect(cacheOf(get).size).toBe(0);
  });
}

test('a batch may give its results at once', async () => {
  const get = memoize.many((ids: readonly number[]) => ids.map(String));
  expect(await Promise.all([get(1), get(2)])).toEqual(['1', '2']);
});

test('undefined and holes are results', async () => {
  const load = jest.fn((ids: readonly number[]) => new Array<undefined>(ids.length));
  const get = memoize.many(load);
  expect(await Promise.all([get(1), get(2)])).toEqual([undefined, undefined]);
  expect(cacheOf(get).has(2)).toBe(true);
  await get(1);
  expect(load).toHaveBeenCalledTimes(1);
});

test('a batch cannot change the list of keys, by which its results are dealt out', async () => {
  const get = memoize.many((ids: readonly number[]) => (ids as number[]).sort().map(String));
  const settled = await Promise.allSettled([get(2), get(1)]);
  for (const result of settled) expect(result).toMatchObject({ reason: expect.any(TypeError) });
});

test('a call with any number of arguments but one is rejected, and harms no other', async () => {
  const { lists, load } = source();
  const get = memoize.many(load) as (...args: unknown[]) => Promise<unknown>;
  const settled = await Promise.allSettled([get(1), get(), get(1, 2), get(undefined)]);
  const message = 'load: expected one argument, because its batch takes a list of single arguments, but got ';
  expect(settled[1]).toMatchObject({ reason: error({ code: 'MEMOKIT_BAD_ARGUMENT', message: `${message}0` }) });
  expect(settled[2]).toMatchObject({ reason: error({ code: 'MEMOKIT_BAD_ARGUMENT', message: `${message}2` }) });
  expect(lists).toEqual([[1, undefined]]);
});

test('a batch function that calls the memoized function begins the next batch', async () => {
  const lists: (readonly number[])[] = [];
  const sum: (n: number) => Promise<number> = memoize.many(async (ids: readonly number[]) => {
    lists.push(ids);
    return Promise.all(ids.map(async (id) => (id > 1 ? id + (await sum(id - 2)) : id)));
  });
  expect(await Promise.all([sum(4), sum(5)])).toEqual([6, 9]);
  expect(lists).toEqual([
    [4, 5],
    [2, 3],
    [0, 1],
  ]);
});

test('different receivers are in different batches, whoever owns the entries', async () => {
  for (const per of [undefined, 'instance', 'class'] as const) {
    const batches: [unknown, readonly number[]][] = [];
    const get = memoize(
      async function (this: unknown, id: number) {
        return id;
      },
      {
        per,
        many(this: unknown, ids) {
          batches.push([this, ids]);
          return ids;
        },
      },
    );
    const [a, b] = [{}, {}];
    await Promise.all([get.call(a, 1), get.call(b, 2), get.call(a, 3), get.call('text', 4)]);
    expect(batches).toEqual([
      [a, [1, 3]],
      [b, [2]],
      ['text', [4]],
    ]);
    expect(batches[0]![0]).toBe(a);
    expect(batches[1]![0]).toBe(b);
  }
});

test('the function keeps its name and is not run; the batch is keyed as calls are', async () => {
  const body = jest.fn(async (user: { id: number; seen?: boolean }) => user.id);
  const get = memoize(Object.assign(body, { tag: 1 }), {
    key: (user) => user.id,
    name: 'label',
    many: (users) => users.map((user) => user.id * 10),
    batchBy: () => undefined,
  });
  const calls = [get({ id: 1 }), get({ id: 1, seen: true }), get({ id: 2 })];
  expect(calls[0]).toBe(calls[1]);
  expect(await Promise.all(calls)).toEqual([10, 10, 20]);
  expect([get.tag, get.name]).toEqual([1, body.name]);
  expect(body).not.toHaveBeenCalled();
  cacheOf(get).put([{ id: 3 }], 33);
  expect(await get({ id: 3 })).toBe(33);
});

test('a result that is put before any call is given as a promise', async () => {
  const { lists, load } = source();
  const get = memoize.many(load);
  cacheOf(get).put([1], { id: 100 });
  expect(get(1)).toBeInstanceOf(Promise);
  expect(await get(1)).toEqual({ id: 100 });
  expect(lists).toEqual([]);
});

test('10,000 keys are one batch, and the bound of the cache holds', async () => {
  const { lists, load } = source();
  const get = memoize.many(load, { capacity: 10 });
  const ids = Array.from({ length: 10_000 }, (_, id) => id);
  expect(await Promise.all(ids.map((id) => get(id)))).toEqual(ids.map((id) => ({ id })));
  expect(lists.map(({ length }) => length)).toEqual([10_000]);
  expect(cacheOf(get).size).toBe(10);
  expect([...cacheOf(get).entries()].map(([key]) => key)).toEqual(ids.slice(-10));
});

test('a ttl counts from the result of the batch, for each result by itself', async () => {
  let now = 0;
  const { lists, load } = source();
  const get = memoize.many(load, { clock: () => now, ttl: (result) => (result as { id: number }).id * 10 });
  const calls = [get(1), get(2)];
  now = 100;
  await Promise.all(calls);
  now = 115;
  await Promise.all([get(1), get(2)]);
  expect(lists).toEqual([[1, 2], [1]]);
});

for (const [name, invalidate] of [
  ['delete', (cache: ReturnType<typeof cacheOf>) => cache.delete(1)],
  ['clear', (cache: ReturnType<typeof cacheOf>) => cache.clear()],
  ['clearAll', () => clearAll()],
] as const) {
  test(`${name} fences the calls that are gathered and those whose batch runs, and they get their results`, async () => {
    const batches = [later<number[]>(), later<number[]>()];
    let dispatched = 0;
    const get = memoize.many((_ids: readonly number[]) => batches[dispatched++]!.promise);
    const cache = cacheOf(get);

    const gathered = get(1);
    invalidate(cache);
    await task();
    expect(dispatched).toBe(1);
    batches[0]!.resolve([10]);
    expect(await gathered).toBe(10);
    expect(cache.size).toBe(0);

    const running = get(1);
    await task();
    invalidate(cache);
    batches[1]!.resolve([20]);
    expect(await running).toBe(20);
    expect(cache.size).toBe(0);
  });
}

test('a call after an invalidation waits for no batch that was dispatched before it', async () => {
  const batches = [later<number[]>(), later<number[]>()];
  let dispatched = 0;
  const get = memoize.many((_ids: readonly number[]) => batches[dispatched++]!.promise);
  const before = get(1);
  await task();
  cacheOf(get).delete(1);
  const after = get(1);
  await task();
  batches[1]!.resolve([2]);
  expect(await after).toBe(2);
  batches[0]!.resolve([1]);
  expect(await before).toBe(1);
  expect(await get(1)).toBe(2);
});

/** vitest leaves promise jobs and ticks alone unless it is told to; jest fakes both. The fake timers are the same. */
for (const [runner, doNotFake] of [
  ['jest', []],
  ['vitest', ['nextTick', 'queueMicrotask']],
] as const) {
  test(`fake timers hold no batch up: those of ${runner}`, async () => {
    jest.useFakeTimers({ doNotFake: [...doNotFake] });
    try {
      const { lists, load } = source();
      const get = memoize.many(load, { ttl: 1000 });
      expect(await Promise.all([get(1), get(2)])).toEqual([{ id: 1 }, { id: 2 }]);
      jest.advanceTimersByTime(999);
      await get(1);
      jest.advanceTimersByTime(1);
      await get(1);
      expect(lists).toEqual([[1, 2], [1]]);
      expect(jest.getTimerCount()).toBe(0);
    } finally {
      jest.useRealTimers();
    }
  });
}

/** The function as it is where the module is loaded on what the platform is now. */
async function loadEndOfTurn(): Promise<() => Promise<void>> {
  let loaded!: typeof import('../src/time/end-of-turn.js');
  await jest.isolateModulesAsync(async () => {
    loaded = await import('../src/time/end-of-turn.js');
  });
  return loaded.endOfTurn;
}

for (const [platform, missing] of [
  ['with ticks', []],
  ['without ticks', ['process']],
  ['without immediates', ['process', 'setImmediate']],
  ['with timers only', ['process', 'setImmediate', 'MessageChannel']],
] as const) {
  test(`a turn ends after its promise jobs on a platform ${platform}`, async () => {
    const own = Object.getOwnPropertyDescriptors(globalThis);
    for (const name of missing) Object.defineProperty(globalThis, name, { value: undefined, configurable: true });
    const endOfTurn = await loadEndOfTurn();
    for (const name of missing) Object.defineProperty(globalThis, name, own[name]!);
    let jobs = 0;
    const end = endOfTurn().then(() => jobs);
    await null;
    while (jobs < 100) {
      jobs++;
      await null;
    }
    expect(await end).toBe(100);
  });
}

test('ticks that are fake before the package is loaded are not relied on', async () => {
  jest.useFakeTimers();
  try {
    await expect((await loadEndOfTurn())()).resolves.toBe(undefined);
  } finally {
    jest.useRealTimers();
  }
});

test('calls with equal arguments but other keys never share a load, and each is stored under its own key', async () => {
  const tenants = new AsyncLocalStorage<string>();
  const lists: unknown[] = [];
  const rowOf = memoize.many(
    async (ids: readonly number[]) => {
      lists.push([tenants.getStore(), ids]);
      return ids.map((id) => `${tenants.getStore()} ${id}`);
    },
    { key: (id) => [tenants.getStore(), id], batchBy: () => undefined },
  );
  const as = (tenant: string, id: number) => tenants.run(tenant, () => rowOf(id));
  expect(await Promise.all([as('a', 1), as('b', 1), as('a', 1)])).toEqual(['a 1', 'b 1', 'a 1']);
  expect(lists).toEqual([
    ['a', [1]],
    ['b', [1]],
  ]);
  expect([await as('a', 1), await as('b', 1), cacheOf(rowOf).size]).toEqual(['a 1', 'b 1', 2]);
});

test('equal objects that their keys tell apart are elements of one list', async () => {
  const lists: (readonly object[])[] = [];
  const numbers = new Map<object, number>();
  const numberOf = memoize.many(
    async (objects: readonly object[]) => {
      lists.push(objects);
      return objects.map((object) => numbers.get(object)!);
    },
    { key: (object) => numbers.get(object), batchBy: () => undefined },
  );
  const [one, two] = [{ a: 1 }, { a: 1 }];
  numbers.set(one, 1).set(two, 2);
  expect(await Promise.all([numberOf(one), numberOf(two), numberOf(one)])).toEqual([1, 2, 1]);
  expect(lists).toEqual([[one, two]]);
});

test('a call whose key has changed before its batch was loaded is refused, one whose argument changed otherwise is not', async () => {
  class Texts {
    locale = 'de';
    readonly get = memoize(async (id: { n: number; note?: string }) => `${this.locale} ${id.n}`, {
      many: async (ids: readonly { n: number }[]) => ids.map(({ n }) => `${this.locale} ${n}`),
      key: ({ n }) => [this.locale, n],
      batchBy: () => undefined,
    });
  }
  const texts = new Texts();
  const first = texts.get({ n: 1 });
  texts.locale = 'fr';
  const id: { n: number; note?: string } = { n: 1 };
  const second = texts.get(id);
  id.note = 'read by no key';
  await expect(first).rejects.toThrow(error({ code: 'MEMOKIT_BAD_ARGUMENT' }));
  await expect(first).rejects.toThrow('the key was changed after the call, before its batch was loaded');
  expect(await second).toBe('fr 1');
  texts.locale = 'de';
  expect(await texts.get({ n: 1 })).toBe('de 1');
});

test('what a batch of a wrong length gives leaves no rejection unhandled', async () => {
  const unhandled = jest.fn();
  process.on('unhandledRejection', unhandled);
  try {
    const get = memoize.many(async (ids: readonly number[]) => [Promise.reject(new Error('gone')), ...ids] as never);
    await expect(get(1)).rejects.toThrow(BatchError);
    await task();
  } finally {
    process.off('unhandledRejection', unhandled);
  }
  expect(unhandled).not.toHaveBeenCalled();
});

test('a call that a getter makes while its batch is looked at goes into another batch', async () => {
  const load: (of: unknown) => Promise<string> = memoize.many(async (of: readonly unknown[]) =>
    of.map((each) => `r${each}`),
  );
  let isArmed = false;
  let inner: Promise<string> | undefined;
  const argument = {
    get id() {
      if (isArmed) {
        isArmed = false;
        inner = load(77);
      }
      return 1;
    },
    toString: undefined,
    [Symbol.toPrimitive]: () => 'x',
  };
  const outer = load(argument).catch(() => 'refused');
  isArmed = true;
  await outer;
  expect(await inner).toBe('r77');
  expect(await load(77)).toBe('r77');
});

test('calls that the batches of one turn make are in one batch', async () => {
  const lists: (readonly number[])[] = [];
  const load: (id: number) => Promise<number> = memoize.many(
    async (ids: readonly number[]) => {
      lists.push(ids);
      if (ids[0]! < 100) for (const id of ids) void load(100 + id);
      return [...ids];
    },
    { batchBy: (id: number) => (id >= 100 ? 'inner' : id % 2) },
  );
  await Promise.all([1, 2, 3, 4].map((id) => load(id)));
  await load(101);
  await load(104);
  expect(lists).toEqual([
    [1, 3],
    [2, 4],
    [101, 103, 102, 104],
  ]);
});

test('a function for the option signal may make calls, and each batched call still gets its own result', async () => {
  const inner = memoize(async (key: string) => key, { timeout: 1000 });
  const load = memoize(
    async (_id: number, _signal?: AbortSignal): Promise<string> => {
      throw new Error('never called');
    },
    {
      many: (ids: readonly number[]) => ids.map((id) => `r${id}`),
      signal: (_id: number, signal?: AbortSignal) => {
        cacheOf(inner).clear();
        void inner('k');
        return signal;
      },
    },
  );
  const { signal } = new AbortController();
  expect(await Promise.all([load(1, signal), load(2, signal)])).toEqual(['r1', 'r2']);
});
