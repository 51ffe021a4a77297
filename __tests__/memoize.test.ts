import { AsyncLocalStorage } from 'node:async_hooks';
import { inspect } from 'node:util';
import { expect, jest, test } from '@jest/globals';
import { type CachedOptions, type CallCache, cacheOf, caches, clearAll, memoize } from 'memokit';
import { error } from './support/error.js';
import { run as runProgram } from './support/run.js';
import { strict } from './support/strict.js';

test('a second call with equal arguments is a hit', () => {
  const area = jest.fn((size: { w: number; h: number }) => size.w * size.h);
  const memoized = memoize(area);
  expect([memoized({ w: 2, h: 3 }), memoized({ h: 3, w: 2 }), memoized({ w: 3, h: 2 })]).toEqual([6, 6, 6]);
  expect(area).toHaveBeenCalledTimes(2);
});

test('a structured or -0 argument in any place counts by value', () => {
  const methods = [
    (_a: unknown) => ({}),
    (_a: unknown, _b: unknown) => ({}),
    (_a: unknown, _b: unknown, _c: unknown) => ({}),
  ];
  for (const method of methods) {
    const get = memoize(method as (...args: unknown[]) => object);
    for (let place = 0; place < method.length; place++) {
      const call = (arg: unknown) => get(...Array.from({ length: method.length }, (_, i) => (i === place ? arg : 1)));
      expect(call({ a: 1 })).toBe(call({ a: 1 }));
      expect(call({ a: 1 })).not.toBe(call({ a: 2 }));
      expect(call(-0)).toBe(call(-0));
      expect(call(-0)).not.toBe(call(0));
    }
  }
});

test('the function keeps its name, length and own properties', () => {
  function load(a: number, b: number) {
    return a + b;
  }
  const memoized = memoize(Object.assign(load, { version: 3 }));
  expect([memoized.name, memoized.length, memoized.version]).toEqual(['load', 2, 3]);
});

test('a memoized async function is an async function, also for code that asks before it calls', async () => {
  // The package `async` asks like this, and hands a callback to any other function.
  const isAsync = (fn: object) => Reflect.get(fn, Symbol.toStringTag) === 'AsyncFunction';
  const mapLimit = (list: number[], fn: (n: number, callback?: (error: unknown, value: number) => void) => unknown) =>
    Promise.all(
      list.map((n) => (isAsync(fn) ? fn(n) : new Promise((resolve) => fn(n, (_error, value) => resolve(value))))),
    );
  const load = async (n: number) => n * 2;
  const forms = [
    memoize(load),
    memoize(load, { ttl: 1000, staleIfError: 1000 }),
    memoize(async (...numbers: unknown[]) => (numbers[0] as number) * 2),
    memoize.many(async (numbers: readonly number[]) => numbers.map((n) => n * 2)),
    memoize(memoize(load)),
  ];
  for (const form of forms) {
    expect(Object.getPrototypeOf(form) === Object.getPrototypeOf(load)).toBe(true);
    expect(await mapLimit([1, 2], form)).toEqual([2, 4]);
  }
  expect(isAsync(memoize((n: number) => n))).toBe(false);
});

test('the function keeps a prototype of its own', () => {
  const parent = Object.assign(() => {}, { greet: () => 'hello' });
  const child = Object.setPrototypeOf(() => 1, parent) as typeof parent;
  expect(memoize(child).greet()).toBe('hello');
});

test('this is passed through, and all receivers share one cache', () => {
  const run = jest.fn(function (this: { n: number }, m: number) {
    return this.n * m;
  });
  const memoized = memoize(run);
  expect(memoized.call({ n: 2 }, 3)).toBe(6);
  expect(memoized.call({ n: 5 }, 3)).toBe(6);
  expect(run).toHaveBeenCalledTimes(1);
});

test('per instance, each receiver has its own entries', () => {
  const memoized = memoize(
    function (this: { n: number }, m: number) {
      return this.n * m;
    },
    { per: 'instance' },
  );
  const [two, five] = [
    { n: 2, memoized },
    { n: 5, memoized },
  ];
  expect([two.memoized(3), five.memoized(3), two.memoized(3)]).toEqual([6, 15, 6]);
  expect([cacheOf(two, 'memoized').size, cacheOf(five, 'memoized').size]).toEqual([1, 1]);
});

test('per instance, the 128 receivers used last that are no objects keep their entries', () => {
  const run = jest.fn(function (this: unknown) {
    return this;
  });
  const memoized = memoize(run, { per: 'instance' });
  for (let receiver = 0; receiver < 128; receiver++) memoized.call(receiver);
  memoized.call(0);
  expect(run).toHaveBeenCalledTimes(128);
  memoized.call(128);
  expect([memoized.call(0), run.mock.calls.length]).toEqual([0, 129]);
  expect([memoized.call(1), run.mock.calls.length]).toEqual([1, 130]);
});

test('undefined, null, 0 and NaN are results', () => {
  for (const result of [undefined, null, 0, Number.NaN, '']) {
    const run = jest.fn(() => result);
    const memoized = memoize(run);
    expect([memoized(), memoized()]).toEqual([result, result]);
    expect(run).toHaveBeenCalledTimes(1);
  }
});

test('an error is not stored', () => {
  const run = jest.fn((n: number) => {
    if (run.mock.calls.length === 1) throw new Error('first');
    return n;
  });
  const memoized = memoize(run);
  expect(() => memoized(1)).toThrow('first');
  expect([memoized(1), memoized(1)]).toEqual([1, 1]);
  expect(run).toHaveBeenCalledTimes(2);
});

test('the capacity bounds the entries, least recently used first out', () => {
  const run = jest.fn((n: number) => n);
  const memoized = memoize(run, { capacity: 2 });
  for (const n of [1, 2, 1, 3, 1, 2]) memoized(n);
  expect(run.mock.calls.flat()).toEqual([1, 2, 3, 2]);
  expect([...cacheOf(memoized).entries()]).toEqual([
    [1, 1],
    [2, 2],
  ]);
});

test('the ttl counts from the result, and a hit does not prolong it', () => {
  let now = 0;
  const run = jest.fn((n: number) => {
    now += 50;
    return n;
  });
  const memoized = memoize(run, { ttl: 100, clock: () => now });
  memoized(1);
  now = 149;
  memoized(1);
  expect(run).toHaveBeenCalledTimes(1);
  now = 150;
  memoized(1);
  expect(run).toHaveBeenCalledTimes(2);
});

test('a ttl may depend on the result and the arguments', () => {
  let now = 0;
  const run = jest.fn((name: string, life: number) => ({ name, life }));
  const memoized = memoize(run, { ttl: (result, name, life) => (name === result.name ? life : 0), clock: () => now });
  memoized('a', 10);
  memoized('b', 20);
  now = 15;
  memoized('a', 10);
  memoized('b', 20);
  expect(run.mock.calls.map(([name]) => name)).toEqual(['a', 'b', 'a']);
  memoized('never', 0);
  expect(cacheOf(memoized).has('never', 0)).toBe(false);
});

test('a result that is not kept evicts none that is', () => {
  for (const capacity of [2, 6]) {
    const get = memoize((life: number) => life, { capacity, ttl: (life) => life, clock: () => 0 });
    for (let life = 1; life <= capacity; life++) get(life);
    get(0);
    expect(cacheOf(get).size).toBe(capacity);
  }
});

test('key says what counts, and is keyed by value', () => {
  const run = jest.fn((user: { id: number; name: string }, _trace: object) => user.name);
  const memoized = memoize(run, { key: (user) => ({ id: user.id }) });
  expect(memoized({ id: 1, name: 'a' }, {})).toBe('a');
  expect(memoized({ id: 1, name: 'b' }, {})).toBe('a');
  expect(memoized({ id: 2, name: 'b' }, {})).toBe('b');
  expect(cacheOf(memoized).peek({ id: 2, name: '' }, {})).toBe('b');
});

test('when says what is stored; everyone gets the result all the same', async () => {
  const run = jest.fn(async (id: number) => (id > 0 ? id : undefined));
  const memoized = memoize(run, { when: (result, id) => result === id });
  expect(await Promise.all([memoized(0), memoized(0), memoized(1)])).toEqual([undefined, undefined, 1]);
  expect(await Promise.all([memoized(0), memoized(1)])).toEqual([undefined, 1]);
  expect(run.mock.calls.flat()).toEqual([0, 1, 0]);
});

test('listeners hear hits, misses and evictions in the order in which they happen', () => {
  const told: unknown[] = [];
  const memoized = memoize((n: number) => n * 10, {
    capacity: 1,
    on: {
      hit: ({ key, value, args }) => told.push(['hit', key, value, args]),
      miss: ({ key, value, args }) => told.push(['miss', key, value, args]),
      evict: ({ key, value, args, cause }) => told.push(['evict', key, value, args, cause]),
    },
  });
  memoized(1);
  memoized(1);
  memoized(2);
  cacheOf(memoized).clear();
  expect(told).toEqual([
    ['miss', 1, 10, [1]],
    ['hit', 1, 10, [1]],
    ['miss', 2, 20, [2]],
    ['evict', 1, 10, undefined, 'capacity'],
    ['evict', 2, 20, undefined, 'cleared'],
  ]);
});

test('a listener finds the call that it hears of finished, and hears of it before what came of it', () => {
  const told: unknown[] = [];
  const memoized: (n: number) => number = memoize((n: number) => n, {
    capacity: 1,
    on: {
      miss: ({ key }) => told.push(['miss', cacheOf(memoized).size, cacheOf(memoized).has(key as number)]),
      evict: ({ key }) => told.push(['evict', cacheOf(memoized).size, cacheOf(memoized).has(key as number)]),
    },
  });
  memoized(1);
  memoized(2);
  expect(told).toEqual([
    ['miss', 1, true],
    ['miss', 1, true],
    ['evict', 1, false],
  ]);
});

test('what a listener, when or ttl throws reaches the caller that caused it, over a whole cache', async () => {
  const fail = () => {
    throw new Error('mine');
  };
  const hit = memoize((n: number) => n, { on: { hit: fail } });
  expect(hit(1)).toBe(1);
  expect(() => hit(1)).toThrow('mine');
  const miss = memoize((n: number) => n, { on: { miss: fail } });
  expect(() => miss(1)).toThrow('mine');
  expect(miss(1)).toBe(1);
  const evict = memoize((n: number) => n, { capacity: 1, on: { evict: fail } });
  evict(1);
  expect(() => evict(2)).toThrow('mine');
  expect([...cacheOf(evict)]).toEqual([[2, 2]]);
  for (const options of [{ when: fail }, { ttl: fail }, { ttl: () => -1 }, { ttl: () => undefined }, { key: fail }]) {
    const memoized = memoize((n: number) => n, options as object);
    expect(() => memoized(1)).toThrow(/mine|ttl/);
    expect(() => memoized(1)).toThrow(/mine|ttl/);
    expect(cacheOf(memoized).size).toBe(0);
  }
  const async = memoize(async (n: number) => n, { capacity: 1, on: { evict: fail } });
  await async(1);
  const [first, second] = await Promise.allSettled([async(2), async(2)]);
  expect([first.status, second]).toEqual(['rejected', { status: 'fulfilled', value: 2 }]);
  expect(await async(2)).toBe(2);
  await expect(memoize(async () => 1, { when: fail })()).rejects.toThrow('mine');
});

test('callers of one key share one promise, and one load', async () => {
  const run = jest.fn(async (n: number) => n);
  const memoized = memoize(run);
  const promises = [memoized(1), memoized(1)];
  expect(promises[0]).toBe(promises[1]);
  await promises[0];
  expect(memoized(1)).toBe(promises[0]);
  expect(run).toHaveBeenCalledTimes(1);
});

test('a load in flight is joined even when its entry could not be kept', async () => {
  const run = jest.fn((n: number) => new Promise<number>((resolve) => setTimeout(resolve, 5, n)));
  const memoized = memoize(run, { capacity: 1 });
  await Promise.all([memoized(1), memoized(2), memoized(3), memoized(1), memoized(2)]);
  expect(run).toHaveBeenCalledTimes(3);
  expect(cacheOf(memoized).size).toBe(1);
});

test('a rejection reaches everyone who waits, and the next call loads again', async () => {
  let fail = true;
  const run = jest.fn(async () => {
    if (fail) throw new Error('down');
    return 'up';
  });
  const memoized = memoize(run);
  const both = await Promise.allSettled([memoized(), memoized()]);
  expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(run).toHaveBeenCalledTimes(1);
  fail = false;
  expect(await memoized()).toBe('up');
});

test('the ttl of a promise counts from fulfilment', async () => {
  let now = 0;
  let finish = () => {};
  const run = jest.fn(() => new Promise<void>((resolve) => (finish = resolve)));
  const memoized = memoize(run, { ttl: 100, clock: () => now });
  const first = memoized();
  now = 1000;
  finish();
  await first;
  now = 1099;
  await memoized();
  expect(run).toHaveBeenCalledTimes(1);
  now = 1100;
  void memoized();
  expect(run).toHaveBeenCalledTimes(2);
  finish();
});

test('a thenable counts as a promise', async () => {
  const run = jest.fn((ok: boolean) => ({
    // biome-ignore lint/suspicious/noThenProperty: a thenable is the case
    then(resolve: (value: string) => void, reject: (error: Error) => void) {
      ok ? resolve('value') : reject(new Error('no'));
    },
  }));
  const memoized = memoize(run);
  expect([await memoized(true), await memoized(true)]).toEqual(['value', 'value']);
  await expect(memoized(false) as unknown as Promise<string>).rejects.toThrow('no');
  await expect(memoized(false) as unknown as Promise<string>).rejects.toThrow('no');
  expect(run).toHaveBeenCalledTimes(3);
});

for (const [name, fence] of [
  ['delete', (memoized: (n: number) => Promise<number>) => cacheOf(memoized).delete(1)],
  ['clear', (memoized: (n: number) => Promise<number>) => cacheOf(memoized).clear()],
  ['put', (memoized: (n: number) => Promise<number>) => cacheOf(memoized).put([1], Promise.resolve(-1))],
  ['put of a value', (memoized: (n: number) => Promise<number>) => cacheOf(memoized).put([1], -1)],
  ['clearAll', () => clearAll()],
  ['the clear of its definition', () => caches().at(-1)!.clear()],
] as const) {
  test(`${name} fences a load in flight: its callers get the value, the cache does not`, async () => {
    let loads = 0;
    const memoized = memoize(async (_: number) => ++loads);
    const before = memoized(1);
    fence(memoized);
    const after = memoized(1);
    expect(await before).toBe(1);
    expect(await after).toBe(name.startsWith('put') ? -1 : 2);
    expect(await memoized(1)).toBe(name.startsWith('put') ? -1 : 2);
  });
}

test('a synchronous method that clears its own cache is fenced too', () => {
  let calls = 0;
  const memoized: (n: number) => number = memoize((_: number) => {
    if (++calls === 1) cacheOf(memoized).delete(1);
    return calls;
  });
  expect([memoized(1), memoized(1), memoized(1)]).toEqual([1, 2, 2]);
});

test('recursion over other arguments works, over the same is an error', () => {
  const fib: (n: number) => number = memoize((n: number) => (n < 2 ? n : fib(n - 1) + fib(n - 2)), { capacity: 3 });
  expect(fib(70)).toBe(190392490709135);
  for (const options of [{}, { timeout: 1000 }, { ttl: 1000, staleIfError: 1 }]) {
    const endless: (n: number) => unknown = memoize((n: number) => endless(n), options);
    for (let i = 0; i < 2; i++) {
      expect(() => endless(1)).toThrow(
        error({ code: 'MEMOKIT_RECURSION', message: expect.stringContaining('same arguments') }),
      );
    }
  }
});

test('a load that fails after it was fenced leaves the load after it alone', async () => {
  let calls = 0;
  const memoized: (n: number) => Promise<number> = memoize((_: number): Promise<number> => {
    if (++calls > 1) return Promise.resolve(calls);
    cacheOf(memoized).delete(1);
    after = memoized(1);
    throw new Error('first');
  });
  let after: Promise<number> | undefined;
  expect(() => memoized(1)).toThrow('first');
  expect(memoized(1)).toBe(after);
  expect(await memoized(1)).toBe(2);
});

test('a stack that overflows throws what it throws without a cache, whoever listens', () => {
  for (const on of [{}, { error: () => {} }, { evict: () => {} }]) {
    // Each anew, as what has run before needs less of the stack.
    const depth: (n: number) => number = memoize((n: number) => (n === 0 ? 0 : 1 + depth(n - 1)), { on });
    for (let i = 0; i < 3; i++) expect(() => depth(1_000_000)).toThrow(RangeError);
  }
});

test('errors of the method and of its listener are both thrown, alike or not', () => {
  const tooLong = () => {
    throw new RangeError('Invalid array length');
  };
  const memoized = memoize(tooLong, { on: { error: tooLong } });
  expect(memoized).toThrow(AggregateError);
  for (const failure of [
    new Error('recursion in the call stack'),
    new Error('too much recursion'),
    strict(new Error('a')),
  ]) {
    const fail = () => {
      throw failure;
    };
    expect(memoize(fail, { on: { error: fail } })).toThrow(AggregateError);
  }
});

test('a promise that somebody froze is stored', async () => {
  const requests = new AsyncLocalStorage<number>();
  const memoized = memoize(async () => 1);
  await requests.run(1, async () => {
    expect(await Object.freeze(memoized())).toBe(1);
  });
  expect(cacheOf(memoized).size).toBe(1);
});

test('a stack that overflows leaves no key behind that cannot be called', () => {
  const depth: (n: number) => number = memoize((n: number) => (n === 0 ? 0 : 1 + depth(n - 1)), { capacity: Infinity });
  expect(() => depth(1_000_000)).toThrow(RangeError);
  for (let n = 1_000; n <= 1_000_000; n += 500) {
    // By way of a value that is there, so that no call goes deep.
    cacheOf(depth).put([n - 501], n - 501);
    cacheOf(depth).put([n - 1], n - 1);
    expect(depth(n)).toBe(n);
  }
});

test('a promise whose then throws fails the call, and the next call runs again', async () => {
  class Broken extends Promise<number> {
    // biome-ignore lint/suspicious/noThenProperty: a broken promise is the case
    override then(): never {
      throw new Error('broken');
    }
  }
  const run = jest.fn(() => new Broken(() => {}));
  const memoized = memoize(run);
  for (let i = 0; i < 2; i++) await expect(memoized()).rejects.toThrow('broken');
  expect(run).toHaveBeenCalledTimes(2);
  cacheOf(memoized).put([], new Broken(() => {}));
  await expect(memoized()).rejects.toThrow('broken');
  await expect(memoized()).rejects.toThrow('broken');
  expect(run).toHaveBeenCalledTimes(3);
});

test('when and ttl that ask for the result that they judge are told so', () => {
  for (const option of ['when', 'ttl']) {
    const run = jest.fn((n: number) => n);
    const memoized: (n: number) => number = memoize(run, { [option]: (_: number, n: number) => memoized(n) });
    expect(() => memoized(1)).toThrow(error({ code: 'MEMOKIT_RECURSION' }));
    expect(run).toHaveBeenCalledTimes(1);
  }
});

test('what a listener throws leaves no rejection behind that nobody can handle', async () => {
  const load = async () => {
    throw new Error('load');
  };
  const memoized = memoize(load, {
    on: {
      miss: () => {
        throw new Error('listener');
      },
    },
  });
  expect(() => memoized()).toThrow('listener');
  await new Promise((resolve) => setTimeout(resolve, 5));
});

test('a clear that a load comes after poisons no waiter of that load', async () => {
  const memoized = memoize(async (n: number) => n, {
    on: {
      evict: () => {
        throw new Error('listener');
      },
    },
  });
  await memoized(0);
  const waiters = [memoized(1), memoized(1)];
  clearAll();
  const results = await Promise.allSettled(waiters);
  expect(results[1]).toEqual({ status: 'fulfilled', value: 1 });
});

test('an expired entry is told of after the call that found it, whatever its listener does', () => {
  let now = 0;
  let calls = 0;
  const refill: (n: number) => number = memoize((_: number) => ++calls, {
    ttl: 10,
    clock: () => now,
    on: { evict: ({ cause }) => cause === 'expired' && refill(1) },
  });
  refill(1);
  now = 10;
  expect([refill(1), refill(1), calls]).toEqual([2, 2, 2]);
  const told: string[] = [];
  const failing = memoize((n: number) => told.push('run') && n, {
    ttl: 10,
    clock: () => now,
    on: {
      miss: () => told.push('miss'),
      evict: () => {
        told.push('evict');
        throw new Error('mine');
      },
    },
  });
  failing(1);
  now = 20;
  expect(() => failing(1)).toThrow('mine');
  expect(told).toEqual(['run', 'miss', 'run', 'miss', 'evict']);
  expect(failing(1)).toBe(1);
});

test('what has left is told of by the operation that comes across it', () => {
  let isDown = false;
  const operations: ((get: (n: number) => number, cache: CallCache) => unknown)[] = [
    (get) => get(1),
    (get) => {
      isDown = true;
      expect(() => get(1)).toThrow('down');
      isDown = false;
    },
    (_, cache) => cache.size,
    (_, cache) => cache.stats(),
    (_, cache) => cache.resize(5),
  ];
  for (const operate of operations) {
    let now = 0;
    const told: unknown[] = [];
    const get = memoize(
      (n: number) => {
        if (isDown) throw new Error('down');
        return n;
      },
      { ttl: 10, clock: () => now, on: { evict: ({ key, cause }) => told.push(key, cause) } },
    );
    get(1);
    now = 10;
    operate(get, cacheOf(get));
    expect(told).toEqual([1, 'expired']);
  }
});

test('a getter of an argument that throws reaches the caller, with nothing stored', () => {
  const run = jest.fn((_: object) => 1);
  const memoized = memoize(run);
  const failure = new Error('mine');
  const hostile = {
    get a() {
      throw failure;
    },
  };
  expect(() => memoized(hostile)).toThrow(failure);
  expect([run.mock.calls.length, cacheOf(memoized).size, cacheOf(memoized).stats().misses]).toEqual([0, 0, 0]);
});

test('a synchronous function stays synchronous, and hits read no clock while nothing can expire', () => {
  const clock = jest.fn(() => 0);
  const memoized = memoize((n: number) => n, { clock });
  expect(memoized(1)).toBe(1);
  clock.mockClear();
  expect(memoized(1)).toBe(1);
  expect(clock).not.toHaveBeenCalled();
});

test('a result that can be read once is refused', async () => {
  const message = 'can be read only once';
  const numbers = (function* () {
    yield 1;
  })();
  expect(() => memoize(() => numbers)()).toThrow(message);
  expect(() => memoize(() => new Map().values())()).toThrow(message);
  const later = (async function* () {
    yield 1;
  })();
  expect(() => memoize(() => later)()).toThrow(message);
  await expect(memoize(async () => numbers)()).rejects.toThrow(message);
  expect(memoize(() => ({ [Symbol.toStringTag]: 'IteratorOptions' }))()).toBeDefined();
});

test('a result that iterates itself is refused, however it was made', async () => {
  const lowered = (symbol: symbol) => {
    const made = { next: () => ({ done: true }), [symbol]: () => made };
    return made;
  };
  function returnThis(this: unknown) {
    return this;
  }
  const tagged = (tag: string) => ({ [Symbol.toStringTag]: tag });
  class Walk {
    next() {
      return { done: true };
    }
    [Symbol.iterator]() {
      return this;
    }
  }
  const oneShots = [
    lowered(Symbol.iterator),
    lowered(Symbol.asyncIterator),
    new Walk(),
    // biome-ignore lint/suspicious/noThenProperty: the language asks for it when it fulfils a promise
    strict({ next: () => 1, [Symbol.iterator]: returnThis, then: undefined }),
  ];
  for (const oneShot of [...oneShots, tagged('Iterator'), tagged('AsyncIterator'), tagged('Array Iterator')]) {
    expect(() => memoize(() => oneShot)()).toThrow(error({ code: 'MEMOKIT_ONE_SHOT' }));
    await expect(memoize(async () => oneShot)()).rejects.toEqual(error({ code: 'MEMOKIT_ONE_SHOT' }));
    expect(() => cacheOf(memoize(() => oneShot)).put([], oneShot)).toThrow('can be read only once');
  }
  const source = `
    exports.sync = function* () { yield 1; };
    exports.later = async function* () { yield 1; };
  `;
  const { transpileModule, ScriptTarget } = (await import('typescript')).default;
  const { transform } = await import('esbuild');
  const codes = [
    ...[ScriptTarget.ES5, ScriptTarget.ES2017].map((target) => {
      return transpileModule(source, { compilerOptions: { target, ignoreDeprecations: '6.0' } }).outputText;
    }),
    (await transform(source, { supported: { 'async-generator': false } })).code,
  ];
  for (const code of codes) {
    const exports: Record<'sync' | 'later', () => object> = { sync: Object, later: Object };
    new Function('exports', code)(exports);
    for (const run of [exports.sync, exports.later]) {
      // By way of another function, as memoize refuses a generator function that it can tell.
      expect(() => memoize(() => run())()).toThrow(error({ code: 'MEMOKIT_ONE_SHOT' }));
    }
  }
});

test('a result that can be read again is stored, also where it has a method next or fails when it is looked at', () => {
  const pages = { next: () => 1 };
  const list = { next: () => 1, [Symbol.iterator]: () => [1].values() };
  const broken = {
    next: () => 1,
    [Symbol.iterator]() {
      throw new Error('mine');
    },
  };
  for (const result of [pages, list, broken, strict({ a: 1 }), strict({ a: 1 }, true), strict([1], true)]) {
    const run = jest.fn((_: object) => result);
    const memoized = memoize(run);
    const argument = strict({ a: 1 });
    expect([memoized(argument) === result, memoized(argument) === result]).toEqual([true, true]);
    expect(run).toHaveBeenCalledTimes(1);
  }
});

test('a receiver that throws for unknown names has a cache, and names no class', () => {
  for (const per of ['instance', 'class'] as const) {
    for (const hides of [false, true]) {
      let runs = 0;
      const memoized = memoize((n: number) => n + ++runs, { per });
      const receiver = strict({ memoized }, hides);
      expect([receiver.memoized(1), receiver.memoized(1), runs]).toEqual([2, 2, 1]);
    }
  }
  expect(caches().every(({ name }) => typeof name === 'string')).toBe(true);
});

test('intrinsics that are memoized in place work, and memokit calls none of them', () => {
  const { status, stdout, stderr } = runProgram('__tests__/programs/intrinsics.ts');
  expect([status, stderr]).toEqual([0, '']);
  const { replaced, called, wrong } = JSON.parse(stdout);
  expect(replaced).toBeGreaterThan(80);
  expect({ called, wrong }).toEqual({ called: [], wrong: [] });
});

test('an overflow is a RangeError at each depth of the stack, whoever listens', () => {
  // In a process of its own, where nothing has been compiled before.
  const { status, stdout, stderr } = runProgram('__tests__/programs/overflow-depths.ts');
  expect([status, stderr, JSON.parse(stdout)]).toEqual([0, '', { RangeError: 200 }]);
});

test('definitions are listed with their totals, and cleared all at once', () => {
  const [square, cube] = [
    memoize((n: number) => n ** 2, { name: 'square' }),
    memoize((n: number) => n ** 3, { name: 'cube' }),
  ];
  square(2);
  square(2);
  cube(2);
  const listed = caches().filter(({ name }) => name === 'square' || name === 'cube');
  expect(inspect(listed[0])).toMatch(/^\{\s+name: 'square',\s+stats: Stats \{\s+hits: /);
  expect(Reflect.ownKeys(listed[0]!)).toEqual([]);
  expect(listed.map(({ name, stats }) => [name, typeof stats])).toEqual([
    ['square', 'function'],
    ['cube', 'function'],
  ]);
  expect(listed[0]!.stats()).toMatchObject({ hits: 1, misses: 1, loads: 1 });
  clearAll();
  expect([cacheOf(square).size, cacheOf(cube).size]).toEqual([0, 0]);
  expect(listed[1]!.stats().evictions.cleared).toBe(1);
});

test('clearing all has a function let go of its results at once, and tells its listener when it is next used', async () => {
  const evict = jest.fn();
  for (const [index, options] of [{}, { ttl: Infinity, staleIfError: 5 }].entries()) {
    const name = `cleared ${index}`;
    const memoized = memoize(async (n: number) => n, { name, on: { evict }, ...options });
    const listed = caches().find((each) => each.name === name)!;
    for (const clear of [clearAll, () => listed.clear()]) {
      await memoized(1);
      const before = listed.stats();
      clear();
      expect([listed.stats().minus(before).evictions.cleared, evict.mock.calls.length]).toEqual([1, 0]);
      expect(cacheOf(memoized).size).toBe(0);
      expect(evict.mock.calls).toMatchObject([[{ key: 1, cause: 'cleared' }]]);
      evict.mockClear();
    }
  }
});

test('a receiver whose traps make calls of their own gets its own results', () => {
  const inner = memoize((object: { v: number }) => object.v);
  for (const per of ['instance', 'class'] as const) {
    const outer = memoize((object: object) => JSON.stringify(object), { per });
    const receiver = new Proxy(
      {},
      {
        getPrototypeOf(target) {
          inner({ v: 1 });
          return Reflect.getPrototypeOf(target);
        },
      },
    );
    expect(outer.call(receiver, { a: 1 })).toBe('{"a":1}');
    expect(outer.call(receiver, { v: 1 })).toBe('{"v":1}');
  }
});

test('what is put after everything was cleared is there', async () => {
  const fn = memoize((_n: number) => 'loaded');
  const load = memoize(async (_n: number) => 'loaded');
  fn(1);
  await load(1);
  clearAll();
  cacheOf(fn).put([1], 'put');
  expect(fn(1)).toBe('put');
  cacheOf(load).put([1], Promise.resolve('put'));
  expect(await load(1)).toBe('put');
  load(2);
  clearAll();
  expect(cacheOf(load).delete(2)).toBe(false);
});

test('the error listener hears of every load that fails, and what it throws is for the caller who loaded', async () => {
  const failure = new Error('down');
  const heard: unknown[] = [];
  const on = { error: (event: unknown) => heard.push(event) };
  const synchronous = memoize(
    (_n: number) => {
      throw failure;
    },
    { on },
  );
  expect(() => synchronous(1)).toThrow(failure);
  const asynchronous = memoize(async (_n: number) => Promise.reject(failure), { on });
  const results = await Promise.allSettled([asynchronous(2), asynchronous(2)]);
  expect(results.map((result) => (result as PromiseRejectedResult).reason)).toEqual([failure, failure]);
  const refused = memoize(async (n: number) => n, {
    on,
    when: () => {
      throw failure;
    },
  });
  await expect(refused(3)).rejects.toBe(failure);
  expect(heard).toEqual([1, 2, 3].map((n) => ({ key: n, args: [n], error: failure })));
  const throwing = memoize(async () => Promise.reject(failure), {
    on: {
      error: () => {
        throw new Error('listener');
      },
    },
  });
  const [leader, follower] = await Promise.allSettled([throwing(), throwing()]);
  expect(leader).toMatchObject({ reason: { errors: [{ message: 'listener' }, failure] } });
  expect(follower).toMatchObject({ reason: failure });
});

test('what an evict listener throws reaches the caller whose load has evicted, among several at once', async () => {
  const get = memoize(async (n: number) => n, {
    capacity: 1,
    on: {
      evict: ({ key }) => {
        throw new Error(`evict ${key}`);
      },
    },
  });
  const results = await Promise.allSettled([get(1), get(2), get(3)]);
  expect(results.map((result) => (result.status === 'fulfilled' ? result.value : result.reason.message))).toEqual([
    1,
    'evict 1',
    'evict 2',
  ]);
});

interface Query {
  user: string;
}

/** Loads wait for it. */
let open: Promise<unknown>;
const task = () => new Promise((resolve) => setImmediate(resolve));

/** The ways in which a load can be run, each with options under which a result is stored. */
const waysOfLoading: [title: string, options: CachedOptions][] = [
  ['a plain load', {}],
  ['a load with resilience', { ttl: 1e6, staleIfError: 1e6, errorTtl: 1e6 }],
  ['a load with a signal', { signal: (_query: object, signal?: AbortSignal) => signal, errorTtl: 1e6 }],
  ['a batch', { many: (queries: readonly Query[]) => open.then(() => queries.map(({ user }) => `of ${user}`)) }],
];

for (const [title, options] of waysOfLoading) {
  test(`a result of ${title} is not stored if an argument was changed while it ran, and the error listener is told`, async () => {
    const errors: unknown[] = [];
    const load = async (query: Query) => open.then(() => `of ${query.user}`);
    const get = memoize(load, { ...options, on: { error: ({ error }) => errors.push(error) } });
    const query = { user: 'alice' };
    let release!: (value?: unknown) => void;
    open = new Promise((resolve) => {
      release = resolve;
    });
    const call = get(query);
    // A batch is loaded at the end of the turn.
    await task();
    query.user = 'bob';
    release();
    expect(await call).toBe('of bob');
    expect([cacheOf(get).size, await get({ user: 'alice' })]).toEqual([0, 'of alice']);
    expect([cacheOf(get).size, cacheOf(get).has({ user: 'alice' })]).toEqual([1, true]);
    expect(errors).toEqual([
      expect.objectContaining({
        code: 'MEMOKIT_BAD_ARGUMENT',
        message: 'load: an argument was changed while the load ran, so its result is not stored',
      }),
    ]);
  });
}

test('a failure is not remembered if an argument was changed while the load ran', async () => {
  const load = jest.fn(async (query: Query) => {
    await task();
    if (query.user === 'bob') throw new Error('no bob');
    return query.user;
  });
  const get = memoize(load, { errorTtl: 1e6 });
  const query = { user: 'alice' };
  const call = get(query);
  query.user = 'bob';
  await expect(call).rejects.toThrow('no bob');
  expect(await get({ user: 'alice' })).toBe('alice');
});

test('an argument that cannot be read again after the load counts as changed', async () => {
  let reads = 0;
  const query = {
    get user() {
      if (++reads > 1) throw new Error('gone');
      return 'alice';
    },
  };
  const get = memoize(async (_query: object) => 1);
  expect(await get(query)).toBe(1);
  expect(cacheOf(get).size).toBe(0);
});

test('arguments are read once for a synchronous load, twice for an asynchronous one, and once for the option key', async () => {
  let reads = 0;
  const query = () => ({
    get user() {
      reads++;
      return 'alice';
    },
  });
  const readsOf = async (get: (query: object) => unknown) => {
    reads = 0;
    await get(query());
    return reads;
  };
  expect(await readsOf(memoize((_query: object) => 1))).toBe(1);
  expect(await readsOf(memoize(async (_query: object) => 1))).toBe(2);
  const key = jest.fn(({ user }: { user?: string }) => user);
  expect(await readsOf(memoize(async (_query: object) => 1, { key }))).toBe(1);
  expect(key).toHaveBeenCalledTimes(1);
});

test('a synchronous method that changes its argument has its result stored under the key of the call', () => {
  const sort = jest.fn((numbers: number[]) => numbers.sort().join(' '));
  const sorted = memoize(sort);
  expect([sorted([2, 1]), sorted([2, 1]), sort.mock.calls.length]).toEqual(['1 2', '1 2', 1]);
});
