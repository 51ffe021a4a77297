import { inspect } from 'node:util';
import { describe, expect, jest, test } from '@jest/globals';
import { type CachedOptions, cacheKey, cacheOf, caches, clearAll, keyOf, type LoadErrorEvent, memoize } from 'memokit';
import { settle } from './support/source.js';

function setup() {
  const clock = { time: 0, now: () => clock.time };
  const run = jest.fn((a: number, b: string) => `${a}${b}`);
  const memoized = memoize(run, { capacity: 3, ttl: 100, clock });
  return { clock, run, memoized, cache: cacheOf(memoized) };
}

test('peek and has look without calling, counting or refreshing', () => {
  const { cache, memoized, run } = setup();
  expect([cache.has(1, 'a'), cache.peek(1, 'a')]).toEqual([false, undefined]);
  memoized(1, 'a');
  memoized(2, 'b');
  expect([cache.has(1, 'a'), cache.peek(1, 'a')]).toEqual([true, '1a']);
  expect([...cache.entries()].map(([, value]) => value)).toEqual(['1a', '2b']);
  expect(run).toHaveBeenCalledTimes(2);
  expect(cache.stats()).toMatchObject({ hits: 0, misses: 2 });
});

test('put stores a result for a call', () => {
  const { cache, memoized, run } = setup();
  cache.put([1, 'a'], 'put');
  expect(memoized(1, 'a')).toBe('put');
  cache.put([1, 'a'], 'again');
  expect(memoized(1, 'a')).toBe('again');
  expect(run).not.toHaveBeenCalled();
  expect(cache.stats().evictions.replaced).toBe(1);
});

test('a promise that was put is given at once, stored when fulfilled and dropped when rejected', async () => {
  const memoized = memoize(async (n: number) => n);
  const cache = cacheOf(memoized);
  cache.put([1], Promise.resolve(10));
  expect(cache.has(1)).toBe(false);
  expect(await memoized(1)).toBe(10);
  expect(cache.has(1)).toBe(true);
  cache.put([2], Promise.reject(new Error('no')));
  await expect(memoized(2)).rejects.toThrow('no');
  expect(await memoized(2)).toBe(2);
});

test('on.error gets what an option throws about a promise that was put, but not the rejection of the promise', async () => {
  const fail = () => {
    throw new Error('option');
  };
  const given: CachedOptions[] = [{ copy: fail }, { ttl: fail }, { weigh: fail }, { tags: fail }, { freeze: true }];
  for (const option of given) {
    for (const more of [{}, { ttl: 1000, staleIfError: 1, ...option }]) {
      const heard: string[] = [];
      const on = { error: ({ error, args }: LoadErrorEvent) => heard.push(`${args}: ${(error as Error).message}`) };
      const get = memoize(async (n: number): Promise<object> => [n], { ...option, ...more, on });
      const frozen = option.freeze ? new Proxy({}, { preventExtensions: fail, ownKeys: fail }) : {};
      cacheOf(get).put([1], Promise.resolve(frozen));
      cacheOf(get).put([2], Promise.reject(new Error('of its maker')));
      const joined = get(1).catch(({ message }) => message);
      // A thenable may run its work each time that it is asked.
      const then = jest.fn((resolve: (value: object) => void) => resolve(frozen));
      cacheOf(get).put([3], { then } as never);
      await settle();
      expect([await joined, heard, then.mock.calls.length]).toEqual(['option', ['1: option', '3: option'], 1]);
    }
  }
});

test('a promise that was put over a result is given from then on', async () => {
  const memoized = memoize(async (n: number) => n);
  const cache = cacheOf(memoized);
  await memoized(1);
  let finish = (_: number) => {};
  cache.put([1], new Promise((resolve) => (finish = resolve)));
  const after = memoized(1);
  expect(cache.has(1)).toBe(false);
  finish(10);
  expect([await after, await memoized(1)]).toEqual([10, 10]);
});

test('a value that was put is given as a promise by a method that returns promises', async () => {
  const memoized = memoize(async (n: number) => n);
  const transpiled = memoize((n: number) => Promise.resolve(n));
  await transpiled(2);
  for (const method of [memoized, transpiled]) {
    cacheOf(method).put([1], 10);
    expect(method(1)).toBeInstanceOf(Promise);
    expect(await method(1)).toBe(10);
  }
});

test('put stores whatever when says', async () => {
  const memoized = memoize(async (n: number) => n, { when: () => false });
  cacheOf(memoized).put([1], Promise.resolve(10));
  await memoized(1);
  expect(cacheOf(memoized).has(1)).toBe(true);
});

test('inspection shows the results, least recent first', () => {
  const memoized = memoize((n: number) => n * 10);
  memoized(1);
  expect(inspect(cacheOf(memoized))).toBe('Map(1) [CallCache] { 1 => 10 }');
});

test('inspection shows the first results of a large cache, and tells how many there are', () => {
  const memoized = memoize((n: number) => n, { capacity: Infinity });
  for (let n = 0; n < 300; n++) memoized(n);
  const cache = cacheOf(memoized);
  expect(inspect(cache, { maxArrayLength: 2 })).toBe('Map(2) [CallCache, first 2 of 300] { 0 => 0, 1 => 1 }');
  expect(inspect(cache)).toMatch(/^Map\(100\) \[CallCache, first 100 of 300\] {/);
});

test('inspection calls no listener and counts nothing', () => {
  let now = 0;
  const evict = jest.fn();
  const memoized = memoize((n: number) => n, { ttl: 10, clock: () => now, on: { evict } });
  for (const n of [1, 2, 3]) memoized(n);
  now = 10;
  for (const n of [4, 5]) cacheOf(memoized).put([n], n);
  evict.mockClear();
  expect(inspect(cacheOf(memoized), { maxArrayLength: 1 })).toBe('Map(1) [CallCache, first 1 of 2] { 4 => 4 }');
  expect(evict).not.toHaveBeenCalled();
  expect(cacheOf(memoized).stats()).toMatchObject({ hits: 0, misses: 3 });
});

test('inspection finds a cycle through the caches of functions', () => {
  const one: () => object = memoize(() => cacheOf(other));
  const other: () => object = memoize(() => cacheOf(one));
  one();
  other();
  const text = inspect(cacheOf(one), { depth: Infinity });
  expect(text).toMatch(/^<ref \*1> Map\(1\) \[CallCache\] {.*\[Circular \*1\]/s);
  expect(text.match(/CallCache/g)).toHaveLength(2);
});

test('delete and clear forget, and tell whether there was anything', () => {
  const { cache, memoized, run } = setup();
  memoized(1, 'a');
  expect([cache.delete(1, 'a'), cache.delete(1, 'a')]).toEqual([true, false]);
  memoized(1, 'a');
  cache.clear();
  memoized(1, 'a');
  expect(run).toHaveBeenCalledTimes(3);
});

test('a load in flight is no entry yet, but can be deleted', async () => {
  const memoized = memoize(async (n: number) => n);
  const cache = cacheOf(memoized);
  const loading = memoized(1);
  expect([cache.size, cache.has(1), cache.explain(1).outcome]).toEqual([0, false, 'loading']);
  expect([cache.delete(1), cache.delete(1)]).toEqual([true, false]);
  await loading;
  expect(cache.size).toBe(0);
});

test('entries are keyed as keyOf says, least recent first', () => {
  const { cache, memoized } = setup();
  memoized(1, 'a');
  memoized(2, 'b');
  memoized(1, 'a');
  expect([...cache]).toEqual([
    [keyOf([2, 'b']), '2b'],
    [keyOf([1, 'a']), '1a'],
  ]);
});

test('resize bounds this cache', () => {
  const { cache, memoized } = setup();
  for (const n of [1, 2, 3, 4]) memoized(n, '');
  expect([cache.size, cache.capacity]).toEqual([3, 3]);
  cache.resize(1);
  expect([cache.size, cache.capacity]).toEqual([1, 1]);
});

test('what is cleared while iterating is skipped, also by clearAll', () => {
  const { memoized, cache } = setup();
  for (const clear of [() => cache.clear(), clearAll]) {
    for (const n of [1, 2, 3]) memoized(n, '');
    let seen = 0;
    for (const _ of cache) {
      seen++;
      clear();
    }
    expect(seen).toBe(1);
  }
});

test('put refuses a result that can be read once, and is not counted as a load', async () => {
  const memoized = memoize(async (n: number): Promise<unknown> => n);
  expect(() => cacheOf(memoized).put([1], [].values())).toThrow('can be read only once');
  cacheOf(memoized).put([1], Promise.resolve(1));
  await memoized(1);
  expect(cacheOf(memoized).stats()).toMatchObject({ loads: 0, misses: 0, hits: 1 });
});

test('explain tells what a call would meet', () => {
  const { cache, clock, memoized } = setup();
  const key = keyOf([1, 'a']);
  expect(cache.explain(1, 'a')).toEqual({ key, outcome: 'miss' });
  memoized(1, 'a');
  clock.time = 40;
  expect(cache.explain(1, 'a')).toEqual({ key, outcome: 'hit', expiresIn: 60 });
  clock.time = 100;
  expect(cache.explain(1, 'a')).toEqual({ key, outcome: 'miss' });
});

describe('explain names what counts by identity', () => {
  class ObjectId {
    constructor(readonly id = 'f00d') {}
  }
  const placesIn = (...args: unknown[]) => cacheOf(memoize((..._: unknown[]) => 1)).explain(...args).byIdentity;

  test('explain names each argument that counts by identity, with its place and its class', () => {
    function load() {}
    expect(placesIn(1, new ObjectId(), 'a', load, Symbol('id'), () => 1, ObjectId)).toEqual([
      'args[1]: ObjectId',
      'args[3]: function load',
      'args[4]: Symbol(id)',
      'args[5]: function anonymous',
      'args[6]: function ObjectId',
    ]);
    expect(placesIn(new (class {})(), Object.create(Object.create({ constructor: 1 })))).toEqual([
      'args[0]: object',
      'args[1]: object',
    ]);
  });

  test('explain finds what counts by identity at any depth, in objects, arrays, Maps, Sets and forms', () => {
    const id = () => new ObjectId();
    expect(placesIn({ _id: id(), 'a-b': [1, [id()]], 0: id() })).toEqual([
      'args[0][0]: ObjectId',
      'args[0]._id: ObjectId',
      "args[0]['a-b'][1][0]: ObjectId",
    ]);
    const map = new Map<unknown, unknown>([
      ['x', id()],
      [1, { y: id() }],
      [{}, id()],
      [id(), 1],
    ]);
    expect(placesIn(map)).toEqual([
      "args[0].get('x'): ObjectId",
      'args[0].get([key 2]): ObjectId',
      'args[0][key 3]: ObjectId',
      'args[0].get(1).y: ObjectId',
    ]);
    expect(placesIn(new Set([1, id()]), Object.assign(new Date(0), { by: id() }))).toEqual([
      'args[0][member 1]: ObjectId',
      'args[1].by: ObjectId',
    ]);
    const form = new FormData();
    form.append('photo', new File([], 'a.png'));
    expect(placesIn(form, { [Symbol.for('tag')]: id() })).toEqual([
      "args[0].get('photo'): File",
      'args[1][Symbol(tag)]: ObjectId',
    ]);
    class Keyed {
      [cacheKey]() {
        return { id: id() };
      }
    }
    expect(placesIn(new Keyed())).toEqual(['args[0][cacheKey]().id: ObjectId']);
  });

  test('explain names nothing where everything counts by content', () => {
    const cyclic: Record<string, unknown> = {
      all: [new Date(), /a/, new URL('a:'), new Map([[1, new Set(['a'])]]), new Uint8Array(3), new String('ab'), null],
      more: [Symbol.for('a'), 1n, undefined, new URLSearchParams('a=1'), new Headers({ a: 'b' }), Object.create(null)],
      raw: ((strings: TemplateStringsArray) => strings)`a`,
    };
    cyclic.self = cyclic;
    const explanation = cacheOf(memoize((..._: unknown[]) => 1)).explain(cyclic);
    expect('byIdentity' in explanation).toBe(false);
    // Hidden properties, and those of a buffer, do not count.
    const hidden = Object.defineProperty({}, Symbol('hidden'), { value: new ObjectId() });
    expect(placesIn(hidden, Object.assign(new Uint8Array(1), { by: new ObjectId() }))).toBeUndefined();
  });

  test('explain names at most ten places, and each shared object once', () => {
    const owner = { id: new ObjectId() };
    expect(placesIn(owner, owner, [owner])).toEqual(['args[0].id: ObjectId']);
    expect(placesIn(Array.from({ length: 1000 }, () => new ObjectId()))).toHaveLength(10);
  });

  test('explain looks at what the option key returns, and asks for it once', () => {
    const key = jest.fn((user: { id: unknown }) => user.id);
    const cache = cacheOf(memoize((_: { id: unknown }) => 1, { key }));
    expect(cache.explain({ id: new ObjectId() }).byIdentity).toEqual(['key: ObjectId']);
    expect(key).toHaveBeenCalledTimes(1);
    expect(cache.explain({ id: { _id: new ObjectId() } }).byIdentity).toEqual(['key._id: ObjectId']);
    expect(cache.explain({ id: 1 }).byIdentity).toBeUndefined();
  });

  test('explain leaves the signal of a call out', () => {
    const load = async (_id: unknown, _options: { signal?: AbortSignal }) => 1;
    const cache = cacheOf(memoize(load, { signal: (_, { signal }) => signal }));
    const { signal } = new AbortController();
    expect(cache.explain(1, { signal }).byIdentity).toBeUndefined();
    expect(cache.explain(new ObjectId(), { signal }).byIdentity).toEqual(['args[0]: ObjectId']);
  });
});

test('stats count hits, joined loads, misses, loads, failures and evictions by cause', async () => {
  let fail = true;
  let now = 0;
  const memoized = memoize(
    async (n: number) => {
      now += 10;
      if (fail) throw new Error('down');
      return n;
    },
    { capacity: 1, clock: () => now },
  );
  await Promise.allSettled([memoized(1), memoized(1)]);
  fail = false;
  await memoized(1);
  await memoized(1);
  await memoized(2);
  expect(cacheOf(memoized).stats()).toEqual({
    hits: 2,
    misses: 3,
    staleHits: 0,
    storeHits: 0,
    unreadable: 0,
    coalesced: 1,
    bypassed: 0,
    loads: 2,
    loadErrors: 1,
    totalLoadTime: 30,
    meanLoadTime: 10,
    evictions: { capacity: 1, expired: 0, deleted: 0, replaced: 0, cleared: 0 },
    size: 1,
    capacity: 1,
  });
});

test('a synchronous failure counts as a miss and a load error, with its time', () => {
  let now = 0;
  const memoized = memoize(
    () => {
      now += 10;
      throw new Error('down');
    },
    { clock: () => now },
  );
  expect(memoized).toThrow('down');
  expect(cacheOf(memoized).stats()).toMatchObject({ misses: 1, loads: 0, loadErrors: 1, totalLoadTime: 10 });
});

test('minus gives what has happened since an earlier snapshot', () => {
  const { cache, memoized } = setup();
  expect(cache.stats()).toMatchObject({ totalLoadTime: 0, meanLoadTime: 0 });
  memoized(1, 'a');
  memoized(1, 'a');
  cache.delete(1, 'a');
  memoized(1, 'a');
  const before = cache.stats();
  memoized(1, 'a');
  memoized(2, 'a');
  cache.delete(1, 'a');
  const since = cache.stats().minus(before);
  expect(since).toMatchObject({ hits: 1, misses: 1, loads: 1, size: 1, capacity: cache.capacity });
  expect(since.evictions).toEqual({ capacity: 0, expired: 0, deleted: 1, replaced: 0, cleared: 0 });
  expect(before.minus(cache.stats())).toMatchObject({ hits: 0, misses: 0, evictions: { deleted: 0 } });
  expect(since.minus(since)).toMatchObject({ hits: 0, size: 1 });
  const [totals] = caches().filter(({ name }) => name === memoized.name);
  expect('size' in totals!.stats().minus(totals!.stats())).toBe(false);
});
