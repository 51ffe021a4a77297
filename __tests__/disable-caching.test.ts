import 'reflect-metadata';
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import {
  type CacheStats,
  type CallCache,
  cached,
  cachedProxy,
  cacheKey,
  cacheOf,
  caches,
  clearAll,
  evicts,
  invalidateTags,
  loadSignal,
  memoize,
  puts,
  registerCacheKey,
} from 'memokit';
import { disableCaching } from 'memokit/testing';

/** A class with a registered value. */
class Registered {}

/** One set of cases, compiled in both dialects. `legacy` is what the compiler made of it. */
let legacy = false;
class Probe {
  @(
    (...args: unknown[]): any => {
      legacy = args.length === 3;
    }
  )
  probe() {}
}
void Probe;

/** What `disableCaching` returned in a test, to be called after it in any case. */
const enablers: (() => void)[] = [];
function disable() {
  const enable = disableCaching();
  enablers.push(enable);
  return enable;
}
afterEach(() => {
  for (const enable of enablers.splice(0)) enable();
});

/** Whether two calls have one result. */
function isShared(call: () => unknown): boolean {
  const first = call();
  return call() === first;
}

/** The counts that a call beside the cache must leave alone. */
const untouched = ({ bypassed: _, ...counts }: CacheStats) => counts;

/** A function of each kind of call path, with the arguments of a call. */
const options = { ttl: 60_000 };
const resilient = { ttl: 60_000, staleIfError: 5, staleWhileRevalidate: 5, errorTtl: 5, timeout: 60_000 };
const kinds: [kind: string, make: () => (...args: any[]) => unknown, args: unknown[]][] = [
  ['no parameter', () => memoize(() => ({})), []],
  ['one parameter', () => memoize((a: unknown) => ({ a })), [1]],
  ['one parameter, given an object', () => memoize((a: unknown) => ({ a })), [{ id: 1 }]],
  ['two parameters', () => memoize((a: unknown, b: unknown) => ({ a, b })), [1, 'b']],
  ['three parameters', () => memoize((a: unknown, b: unknown, c: unknown) => ({ a, b, c })), [1, -0, null]],
  ['many parameters', () => memoize((...all: unknown[]) => ({ all })), [1, 2, 3, 4, 5]],
  ['a ttl', () => memoize((a: unknown) => ({ a }), options), [1]],
  ['a key', () => memoize((a: number) => ({ a }), { key: (a: number) => a % 2 }), [3]],
  ['a listener', () => memoize((a: unknown) => ({ a }), { on: { hit: () => {} } }), [1]],
  ['a promise', () => memoize(async (a: unknown) => ({ a })), [1]],
  ['resilience', () => memoize(async (a: unknown) => ({ a }), resilient), [1]],
  ['a batch', () => memoize.many(async (ids: readonly number[]) => ids.map((id) => ({ id })), options), [1]],
  [
    'a resilient batch',
    () => memoize.many(async (ids: readonly number[]) => ids.map((id) => ({ id })), resilient),
    [1],
  ],
];

for (const [kind, make, args] of kinds) {
  test(`while caching is disabled each call runs the method, and entries answer again afterwards: ${kind}`, async () => {
    const fn = make();
    const first = await fn(...args);
    const before = cacheOf(fn).stats();
    const enable = disable();
    const [second, third] = await Promise.all([fn(...args), fn(...args)]);
    expect([second, third]).toEqual([first, first]);
    expect(new Set([first, second, third]).size).toBe(3);
    const stats = cacheOf(fn).stats();
    expect([stats.bypassed, untouched(stats)]).toEqual([2, untouched(before)]);
    enable();
    expect(await fn(...args)).toBe(first);
    expect(cacheOf(fn).stats().minus(before)).toMatchObject({ bypassed: 2, hits: 1, misses: 0 });
  });
}

describe(legacy ? 'legacy dialect' : 'standard dialect', () => {
  class Users {
    loads = 0;
    @cached() get(id: number) {
      return { id, load: ++this.loads };
    }
    @cached({ per: 'class', tags: ({ id }: { id: number }) => [`user:${id}`] }) find(id: number) {
      return { id };
    }
    @cached() get first() {
      return { load: ++this.loads };
    }
    @cached() static count(this: unknown, of: string) {
      return { of, receiver: this };
    }
    @evicts<Users>('get', (id) => [id]) rename(_id: number) {}
    @puts<Users>('get', (user) => [user.id]) save(user: { id: number; load: number }) {
      return user;
    }
  }

  test('methods, getters and statics run with their receiver while caching is disabled', () => {
    const users = new Users();
    const known = [users.get(1), users.find(1), users.first, Users.count('a')];
    const enable = disable();
    expect([users.get(1).load, users.get(1).load, users.first.load]).toEqual([3, 4, 5]);
    expect([isShared(() => users.find(1)), Users.count('a').receiver]).toEqual([false, Users]);
    expect(new Users().get(1)).toEqual({ id: 1, load: 1 });
    enable();
    expect([users.get(1), users.find(1), users.first, Users.count('a')]).toEqual(known);
    expect([users.get(1) === known[0], users.first === known[2]]).toEqual([true, true]);
  });

  test('what evicts or replaces entries works on the kept ones while caching is disabled', () => {
    const users = new Users();
    for (const id of [1, 2, 3, 4, 5]) users.get(id);
    const [found] = [users.find(1)];
    const enable = disable();
    users.rename(1);
    users.save({ id: 2, load: -2 });
    cacheOf(users, 'get').put([3], { id: 3, load: -3 });
    expect([cacheOf(users, 'get').delete(4), invalidateTags('user:1'), cacheOf(users, 'get').size]).toEqual([
      true,
      1,
      3,
    ]);
    expect(users.get(2).load).toBe(6);
    enable();
    expect([1, 2, 3, 4, 5].map((id) => users.get(id).load)).toEqual([7, -2, -3, 8, 5]);
    expect(users.find(1)).not.toBe(found);
  });

  test('what is cleared while caching is disabled stays cleared', () => {
    const [one, other] = [new Users(), new Users()];
    const known = [one.get(1), other.get(1)];
    const enable = disable();
    cacheOf(one, 'get').clear();
    enable();
    expect([one.get(1) === known[0], other.get(1) === known[1]]).toEqual([false, true]);
    const again = disable();
    clearAll();
    other.get(1);
    again();
    expect([other.get(1) === known[1], cacheOf(one, 'get').size]).toEqual([false, 0]);
  });

  test('what is decorated while caching is disabled is disabled too, and caches afterwards', () => {
    const enable = disable();
    class Made {
      @cached() get(id: number) {
        return { id };
      }
    }
    const [made, fn] = [new Made(), memoize((id: number) => ({ id }))];
    expect([isShared(() => made.get(1)), isShared(() => fn(1))]).toEqual([false, false]);
    enable();
    expect([isShared(() => made.get(1)), isShared(() => fn(1))]).toEqual([true, true]);
  });
});

test('no argument is read while caching is disabled, and explain makes no key', () => {
  const read = jest.fn(() => 1);
  class Keyed {
    [cacheKey] = read;
  }
  registerCacheKey(Registered, read);
  const arg = Object.defineProperty({}, 'id', { get: read, enumerable: true });
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  const args = [arg, proxy, new Keyed(), new Registered()] as never[];
  const key = jest.fn(() => 1);
  const functions = [
    (...given: unknown[]) => given.length,
    (_a: unknown) => 1,
    (_a: unknown, _b: unknown) => 2,
    (_a: unknown, _b: unknown, _c: unknown) => 3,
  ].flatMap((fn) => [memoize(fn), memoize(fn, { key }), memoize(fn, { ttl: 5, revalidate: 5 })]);
  const enable = disable();
  for (const fn of functions) {
    for (const arg of args) fn(arg);
    for (const given of [args, args.slice(2), args.slice(1)]) (fn as (...args: unknown[]) => unknown)(...given);
    expect((cacheOf(fn) as CallCache).explain(...args)).toEqual({ outcome: 'bypassed' });
  }
  expect([read, key].map((fn) => fn.mock.calls.length)).toEqual([0, 0]);
  enable();
  functions[0]!(arg);
  expect(read).toHaveBeenCalled();
});

test('the methods of a cachedProxy are disabled too', () => {
  const proxy = cachedProxy({ get: (id: number) => ({ id }) }, { get: {} });
  const first = proxy.get(1);
  const enable = disable();
  expect(proxy.get(1)).not.toBe(first);
  enable();
  expect(proxy.get(1)).toBe(first);
});

test('caching is enabled again when each function that disableCaching returned was called, however often', () => {
  const fn = memoize((id: number) => ({ id }));
  const isCaching = () => isShared(() => fn(1));
  const [one, other] = [disable(), disable()];
  one();
  one();
  expect(isCaching()).toBe(false);
  other();
  expect(isCaching()).toBe(true);
  one();
  const third = disable();
  other();
  expect(isCaching()).toBe(false);
  third();
  expect(isCaching()).toBe(true);
});

test('what disableCaching returns is a disposable where there is Symbol.dispose', () => {
  const own = Object.getOwnPropertyDescriptor(Symbol, 'dispose');
  const fn = memoize((id: number) => ({ id }));
  const symbol = Symbol.dispose ?? Symbol('a polyfill');
  try {
    if (own === undefined) Object.defineProperty(Symbol, 'dispose', { value: symbol, configurable: true });
    {
      using _ = disableCaching();
      expect(fn(1)).not.toBe(fn(1));
    }
    expect(fn(1)).toBe(fn(1));
  } finally {
    if (own === undefined) Reflect.deleteProperty(Symbol, 'dispose');
  }
  if (Symbol.dispose === undefined) expect(Object.getOwnPropertySymbols(disable())).toEqual([]);
});

test('a load that began before caching was disabled is not joined, and its result is stored', async () => {
  for (const given of [{}, resilient]) {
    const finish: ((value: string) => void)[] = [];
    const fn = memoize((_id: number) => new Promise<string>((resolve) => finish.push(resolve)), given);
    const before = fn(1);
    const enable = disable();
    const during = fn(1);
    expect(finish.length).toBe(2);
    finish[1]!('during');
    expect(await during).toBe('during');
    finish[0]!('before');
    expect(await before).toBe('before');
    enable();
    expect(await fn(1)).toBe('before');
    expect(cacheOf(fn).stats()).toMatchObject({ bypassed: 1, misses: 1, hits: 1, coalesced: 0 });
  }
});

test('no option but many applies to a call beside the cache, and no listener is told', async () => {
  const heard = jest.fn();
  const on = { hit: heard, miss: heard, error: heard, evict: heard };
  const failure = new Error('failure');
  const sync = memoize(
    () => Object.freeze(new Error('never')) && ({ open: true } as { open: boolean; more?: number }),
    {
      freeze: true,
      on,
    },
  );
  const fails = memoize(
    async () => {
      throw failure;
    },
    { errorTtl: 1000, ttl: 1000, staleIfError: 1000, on },
  );
  const enable = disable();
  const result = sync();
  result.more = 1;
  await expect(fails()).rejects.toBe(failure);
  await expect(fails()).rejects.toBe(failure);
  expect(heard).not.toHaveBeenCalled();
  enable();
  expect(cacheOf(fails as () => unknown).stats()).toMatchObject({ loadErrors: 0, bypassed: 2 });
  const throws = memoize(() => {
    throw failure;
  });
  disable();
  expect(throws).toThrow(failure);
});

test('a call beside the cache gets the signal of its caller, and the load around it keeps its own', async () => {
  const inner = memoize(async (_id: number, signal?: AbortSignal) => [signal, loadSignal()], {
    signal: (_id, signal) => signal,
  });
  const { signal } = new AbortController();
  let around: unknown[] = [];
  const outer = memoize(
    async () => {
      const own = loadSignal();
      const enable = disable();
      const given = inner(1, signal);
      around = [own === loadSignal(), own instanceof AbortSignal];
      enable();
      return given;
    },
    { timeout: 60_000 },
  );
  const given = await outer();
  expect([given[0] === signal, given[1], around]).toEqual([true, undefined, [true, true]]);
});

test('each batched call beside the cache has a batch of its own', async () => {
  const batch = jest.fn(async (ids: readonly number[]) => ids.map((id) => ({ id })));
  const get = memoize.many(batch);
  const signalled = memoize(async (_id: number, _signal?: AbortSignal | null) => ({}), {
    many: batch,
    signal: (_id, signal) => signal,
  });
  const keyed = memoize(async (_id: number) => ({}), { many: batch, key: (id) => id, batchBy: () => 0 });
  const before = [get(1), signalled(1)];
  disable();
  const results = await Promise.all([get(1), get(2), get(1)]);
  expect([results, results[0] === results[2]]).toEqual([[{ id: 1 }, { id: 2 }, { id: 1 }], false]);
  expect(await Promise.all(before)).toEqual([{ id: 1 }, { id: 1 }]);
  expect(batch.mock.calls).toEqual([[[1]], [[2]], [[1]], [[1]], [[1]]]);
  const { signal } = new AbortController();
  const calls = [signalled(1, signal), signalled(1, null), signalled(2), signalled(3, undefined), keyed(1), keyed(1)];
  expect(await Promise.all(calls)).toEqual([1, 1, 2, 3, 1, 1].map((id) => ({ id })));
  expect([get, signalled, keyed].map((fn) => cacheOf(fn as () => unknown).size)).toEqual([1, 1, 0]);
});

test('calls beside the cache are counted in the totals of their definition', () => {
  const fn = memoize((id: number) => id, { name: 'beside the cache' });
  disable();
  fn(1);
  fn(1);
  const stats = caches()
    .find(({ name }) => name === 'beside the cache')!
    .stats();
  expect(stats).toMatchObject({ bypassed: 2, hits: 0, misses: 0, loads: 0, totalLoadTime: 0 });
});

test('a thenable is awaited once beside the cache too', async () => {
  let queries = 0;
  const query = memoize(() => ({
    // biome-ignore lint/suspicious/noThenProperty: a query builder
    then(resolve: (rows: number) => void) {
      resolve(++queries);
    },
  }));
  disable();
  const result = query();
  expect([await result, await result, queries]).toEqual([1, 1, 1]);
});
