/**
 * Source: the tests of lru-cache, `test/map-like.ts`, `dispose.ts`, `basic.ts`, `ttl.ts`, `size-calculation.ts`, `fetch.ts`,
 * `delete-while-iterating.ts`, `get-during-iteration.ts` and `reverse-iterate-delete-all.ts`
 * (github.com/isaacs/node-lru-cache), told in our words. `dispose` is `onEvict`, `fetch` is `getOrLoad`, `maxSize` with
 * `sizeCalculation` is `capacity` with `weigh`. docs/foreign.md lists the differences by choice.
 */
import { describe, expect, test } from '@jest/globals';
import { LruCache } from 'memokit';
import { error } from '../support/error.js';

type Value = unknown;

interface Options {
  capacity?: number;
  ttl?: number;
  weigh?: (value: Value, key: unknown) => number;
}

/** A cache of five entries over a clock that the test moves, with a list of evictions. */
function setup(options: Options = {}) {
  const clock = { time: 1, now: () => clock.time };
  const left: unknown[][] = [];
  const cache = new LruCache<unknown, Value>({
    capacity: 5,
    ...options,
    clock,
    onEvict: (...eviction) => left.push(eviction),
  });
  const fill = (from: number, to: number) => {
    for (let i = from; i < to; i++) cache.set(i, i);
  };
  /** Returns the evictions since the last call. */
  const takeLeft = () => left.splice(0);
  return { cache, clock, fill, takeLeft };
}

/** A load that the test ends when it likes. */
function later() {
  let resolve!: (value: Value) => void;
  let reject!: (reason: unknown) => void;
  const promise = new Promise<Value>((...settle) => {
    [resolve, reject] = settle;
  });
  return { promise, resolve, reject };
}

describe('the order and the causes of evictions', () => {
  test('the oldest leave one by one as others come', () => {
    const { cache, fill, takeLeft } = setup();
    fill(0, 9);
    expect(takeLeft()).toEqual([0, 1, 2, 3].map((i) => [i, i, 'capacity']));
    expect(cache.size).toBe(5);
    cache.set(9, 9);
    expect(takeLeft()).toEqual([[4, 4, 'capacity']]);
  });

  test('a replaced value is reported with its cause, after the entry that made room for it', () => {
    const { cache, fill, takeLeft } = setup();
    fill(0, 5);
    cache.set('key', 'old').set('key', 'new');
    expect(takeLeft()).toEqual([
      [0, 0, 'capacity'],
      ['key', 'old', 'replaced'],
    ]);
    expect(cache.get('key')).toBe('new');
  });

  test('the same value, set again, does not leave', () => {
    const { cache, takeLeft } = setup();
    const value = {};
    cache.set('key', value).set('key', value).set('nan', Number.NaN).set('nan', Number.NaN);
    expect(takeLeft()).toEqual([]);
  });

  test('a value that was replaced takes no place, and its key becomes the newest', () => {
    const { cache, fill, takeLeft } = setup();
    fill(0, 5);
    cache.set(0, 'zero');
    cache.set('more', 1);
    expect(takeLeft()).toEqual([
      [0, 0, 'replaced'],
      [1, 1, 'capacity'],
    ]);
  });

  test('delete reports the entry that it deletes, and nothing if there is none', () => {
    const { cache, fill, takeLeft } = setup();
    fill(0, 5);
    expect([cache.delete(3), cache.delete(3), cache.delete('none')]).toEqual([true, false, false]);
    expect(takeLeft()).toEqual([[3, 3, 'deleted']]);
  });

  test('the only entry, the oldest, the newest and one between them can be deleted', () => {
    for (const gone of [0, 2, 4]) {
      const { cache, fill } = setup();
      fill(0, 5);
      cache.delete(gone);
      expect([...cache.keys()]).toEqual([0, 1, 2, 3, 4].filter((i) => i !== gone));
      cache.set('new', 1);
      expect([...cache.keys()].at(-1)).toBe('new');
    }
    const { cache, takeLeft } = setup();
    cache.set(3, 3);
    cache.delete(3);
    expect([takeLeft(), cache.size, [...cache]]).toEqual([[[3, 3, 'deleted']], 0, []]);
  });

  test('clear reports every entry, the oldest first', () => {
    const { cache, fill, takeLeft } = setup();
    fill(0, 5);
    cache.get(1);
    cache.clear();
    expect(takeLeft()).toEqual([0, 2, 3, 4, 1].map((i) => [i, i, 'cleared']));
    cache.clear();
    expect(takeLeft()).toEqual([]);
  });

  test('reads report nothing', () => {
    const { cache, fill, takeLeft } = setup();
    fill(0, 5);
    for (let i = 0; i < 6; i++) [cache.get(i), cache.has(i), cache.peek(i)];
    expect([[...cache].length, takeLeft()]).toEqual([5, []]);
  });

  test('an entry that has expired is reported as expired by the operation that finds it', () => {
    const { cache, clock, takeLeft } = setup({ ttl: 100 });
    cache.set(1, 1).set(2, 2, { ttl: 10 }).set(3, 3).set(4, 4).set(5, 5);
    expect(takeLeft()).toEqual([]);
    cache.set(6, 6);
    expect(takeLeft()).toEqual([[1, 1, 'capacity']]);
    for (const key of [6, 5, 4]) cache.delete(key);
    expect(takeLeft()).toEqual([6, 5, 4].map((key) => [key, key, 'deleted']));
    clock.time += 20;
    expect([cache.get(2), takeLeft()]).toEqual([undefined, [[2, 2, 'expired']]]);
    clock.time += 200;
    expect([cache.get(3), takeLeft(), cache.size]).toEqual([undefined, [[3, 3, 'expired']], 0]);
  });

  test('an expired entry that is set or deleted is reported as expired', () => {
    const { cache, clock, takeLeft } = setup({ ttl: 10 });
    cache.set('a', 1).set('b', 2);
    clock.time += 10;
    cache.set('a', 'new');
    expect(cache.delete('b')).toBe(false);
    expect(takeLeft().sort()).toEqual([
      ['a', 1, 'expired'],
      ['b', 2, 'expired'],
    ]);
  });

  test('every value that was ever set leaves exactly once', () => {
    const { cache, clock, takeLeft } = setup({ ttl: 50 });
    let made = 0;
    for (let round = 0; round < 500; round++) {
      const key = (round * round) % 7;
      if (round % 5 === 3) cache.delete(key);
      else if (round % 17 === 16) clock.time += 30;
      else cache.set(key, ++made);
    }
    cache.clear();
    const values = takeLeft().map(([, value]) => value as number);
    expect(values.sort((a, b) => a - b)).toEqual(Array.from({ length: made }, (_, i) => i + 1));
  });

  test('the listener is called after the operation, and may set the entry again', () => {
    const cache: LruCache<number, number> = new LruCache({
      capacity: 3,
      onEvict: (key, value, cause) => {
        if (key === 0 && cause !== 'replaced' && value < 3) cache.set(key, value + 1);
      },
    });
    for (let i = 0; i < 4; i++) cache.set(i, i);
    expect([...cache]).toEqual([
      [2, 2],
      [3, 3],
      [0, 1],
    ]);
    cache.delete(0);
    expect(cache.get(0)).toBe(2);
    cache.clear();
    expect([...cache]).toEqual([[0, 3]]);
  });

  test('a listener may delete, clear and evict, and the cache stays consistent', () => {
    const { cache, fill, takeLeft } = setup();
    const inner: LruCache<number, number> = new LruCache({
      capacity: 3,
      onEvict: (key) => {
        cache.set(`inner ${key}`, key);
        if (key === 1) inner.clear();
        if (key === 3) inner.delete(5);
      },
    });
    fill(0, 5);
    for (let i = 0; i < 8; i++) inner.set(i, i);
    expect([...inner.keys()].length).toBe(inner.size);
    expect(cache.size).toBe(5);
    expect(takeLeft().length).toBeGreaterThan(0);
  });
});

describe('the likeness to Map', () => {
  test('an empty cache has no entries and calls no callback', () => {
    const { cache } = setup();
    expect([[...cache], [...cache.keys()], [...cache.values()], [...cache.entries()], cache.size]).toEqual([
      [],
      [],
      [],
      [],
      0,
    ]);
    cache.forEach(() => {
      throw new Error('called back');
    });
  });

  test('keys, values, entries, forEach and the cache itself agree on order and content', () => {
    const { cache, fill } = setup();
    fill(0, 8);
    cache.set(4, 'new').get(6);
    const called: unknown[] = [];
    cache.forEach((value, key, map) => void called.push([key, value, map === cache]));
    const entries = [...cache.entries()];
    expect(entries).toEqual([
      [3, 3],
      [5, 5],
      [7, 7],
      [4, 'new'],
      [6, 6],
    ]);
    expect([...cache]).toEqual(entries);
    expect([...cache.keys()]).toEqual(entries.map(([key]) => key));
    expect([...cache.values()]).toEqual(entries.map(([, value]) => value));
    expect(called).toEqual(entries.map(([key, value]) => [key, value, true]));
  });

  test('a load in flight is in no list and has no size until it is done', async () => {
    const { cache, fill } = setup();
    const load = later();
    const promise = cache.getOrLoad('slow', () => load.promise);
    fill(0, 3);
    expect([[...cache.keys()], cache.size, cache.has('slow'), cache.peek('slow')]).toEqual([
      [0, 1, 2],
      3,
      false,
      undefined,
    ]);
    load.resolve('done');
    expect(await promise).toBe('done');
    expect([...cache.keys()]).toEqual([0, 1, 2, 'slow']);
  });

  test('an expired entry is in no list, and is not counted', () => {
    const { cache, clock, fill } = setup();
    fill(0, 3);
    cache.set('short', 1, { ttl: 1 });
    clock.time += 1;
    expect([[...cache.keys()], [...cache.values()], cache.size, cache.has('short')]).toEqual([
      [0, 1, 2],
      [0, 1, 2],
      3,
      false,
    ]);
  });

  test('each entry may be deleted while a loop is at it', () => {
    const { cache, fill } = setup();
    fill(0, 5);
    const seen: unknown[] = [];
    for (const key of cache.keys()) {
      seen.push(key);
      if ((key as number) % 2 === 0) cache.delete(key);
    }
    expect([seen, [...cache.keys()]]).toEqual([
      [0, 1, 2, 3, 4],
      [1, 3],
    ]);
    for (const key of cache.keys()) cache.delete(key);
    expect(cache.size).toBe(0);
  });

  test('each entry may be read while a loop is at it, which visits each once', () => {
    const { cache, fill } = setup();
    fill(0, 5);
    const seen: unknown[] = [];
    for (const [key] of cache) {
      seen.push(key);
      cache.get(key);
    }
    expect(seen).toEqual([0, 1, 2, 3, 4]);
  });

  test('the newest first is the list turned round', () => {
    const { cache, fill } = setup();
    fill(0, 5);
    expect([...cache.keys()].reverse()).toEqual([4, 3, 2, 1, 0]);
  });

  test('a cache that is filled from the entries of another has its order', () => {
    const { cache, fill } = setup();
    fill(0, 8);
    cache.get(4);
    const copy = new LruCache<unknown, unknown>({ capacity: 5 });
    for (const [key, value] of cache) copy.set(key, value);
    expect([...copy]).toEqual([...cache]);
  });
});

describe('recency', () => {
  test('get makes an entry the newest, has and peek do not', () => {
    const { cache, fill } = setup();
    fill(0, 5);
    [cache.has(0), cache.peek(1), cache.get(2)];
    cache.set('a', 1).set('b', 2);
    expect([...cache.keys()]).toEqual([3, 4, 2, 'a', 'b']);
  });

  test('reading the newest, the oldest or one between them leaves the others in their order', () => {
    for (const [read, order] of [
      [0, [1, 2, 3, 4, 0]],
      [2, [0, 1, 3, 4, 2]],
      [4, [0, 1, 2, 3, 4]],
    ] as const) {
      const { cache, fill } = setup();
      fill(0, 5);
      cache.get(read);
      expect([...cache.keys()]).toEqual(order);
    }
  });

  test('a smaller capacity keeps the newest, and a larger one evicts nothing', () => {
    const { cache, fill, takeLeft } = setup();
    fill(0, 5);
    cache.get(0);
    cache.resize(2);
    expect([[...cache.keys()], takeLeft()]).toEqual([[4, 0], [1, 2, 3].map((i) => [i, i, 'capacity'])]);
    cache.resize(4);
    fill(6, 8);
    expect([[...cache.keys()], takeLeft()]).toEqual([[4, 0, 6, 7], []]);
  });

  test('every value can be a key and a value: undefined, null, NaN, objects, functions', () => {
    const { cache } = setup({ capacity: 20 });
    const keys = [undefined, null, Number.NaN, {}, () => {}, Symbol('s'), '', 0, '__proto__', 'hasOwnProperty'];
    for (const key of keys) cache.set(key, key);
    expect(keys.map((key) => cache.get(key))).toEqual(keys);
    expect([cache.get('toString'), cache.get('constructor'), cache.size]).toEqual([undefined, undefined, keys.length]);
  });
});

describe('ttl', () => {
  test('an entry lives for its ttl from the write on, and not longer for being read', () => {
    const { cache, clock } = setup({ ttl: 10 });
    cache.set(1, 1);
    clock.time += 9;
    expect([cache.get(1), cache.expiresIn(1)]).toEqual([1, 1]);
    clock.time += 1;
    expect([cache.has(1), cache.get(1), cache.expiresIn(1), cache.size]).toEqual([false, undefined, undefined, 0]);
  });

  test('one entry may have a ttl of its own, shorter, longer or without end', () => {
    const { cache, clock } = setup({ ttl: 10 });
    cache.set('short', 1, { ttl: 5 }).set('usual', 1).set('long', 1, { ttl: 50 }).set('ever', 1, { ttl: Infinity });
    const alive: unknown[][] = [];
    for (const step of [5, 5, 40]) {
      clock.time += step;
      alive.push([...cache.keys()]);
    }
    expect(alive).toEqual([['usual', 'long', 'ever'], ['long', 'ever'], ['ever']]);
    expect(cache.expiresIn('ever')).toBe(Infinity);
  });

  test('a write, also of the same value, starts a new life', () => {
    const { cache, clock } = setup({ ttl: 10 });
    cache.set(1, 'same');
    clock.time += 8;
    cache.set(1, 'same');
    clock.time += 8;
    expect([cache.get(1), cache.expiresIn(1)]).toEqual(['same', 2]);
  });

  test('without a ttl nothing expires, however the time goes', () => {
    const { cache, clock } = setup();
    cache.set(1, 1);
    clock.time = Number.MAX_SAFE_INTEGER;
    expect([cache.get(1), cache.expiresIn(1)]).toEqual([1, Infinity]);
  });
});

describe('weights', () => {
  const byLength = (value: Value) => (value as string).length;

  test('the sum of the weights stays within the capacity, the oldest leaving first', () => {
    const { cache, takeLeft } = setup({ capacity: 10, weigh: byLength });
    cache.set('a', '1234').set('b', '1234').set('c', '1234');
    expect([...cache.keys()]).toEqual(['b', 'c']);
    cache.set('d', '123456789');
    expect([...cache.keys()]).toEqual(['d']);
    expect(takeLeft().map(([key, , cause]) => [key, cause])).toEqual([
      ['a', 'capacity'],
      ['b', 'capacity'],
      ['c', 'capacity'],
    ]);
  });

  test('an entry heavier than the capacity is not kept, and evicts nothing but the old value of its key', () => {
    const { cache, takeLeft } = setup({ capacity: 10, weigh: byLength });
    cache.set('a', '1').set('b', '1');
    cache.set('c', '12345678901');
    expect([[...cache.keys()], takeLeft()]).toEqual([['a', 'b'], [['c', '12345678901', 'capacity']]]);
    cache.set('a', '12345678901');
    expect([...cache.keys()]).toEqual(['b']);
  });

  test('a value that is replaced by a heavier one makes others leave, by a lighter one makes room', () => {
    const { cache } = setup({ capacity: 10, weigh: byLength });
    cache.set('a', '123').set('b', '123').set('c', '123');
    cache.set('c', '1234567');
    expect([...cache.keys()]).toEqual(['b', 'c']);
    cache.set('c', '1').set('d', '123456');
    expect([...cache.keys()]).toEqual(['b', 'c', 'd']);
  });

  test('a weight that is no number is refused, and the cache stays as it was', () => {
    for (const weight of [-1, Number.NaN, Infinity, 'x', undefined]) {
      const { cache } = setup({ capacity: 10, weigh: (value) => (value === 'bad' ? (weight as number) : 1) });
      cache.set('a', 1);
      expect(() => cache.set('b', 'bad')).toThrow(error({ code: 'MEMOKIT_BAD_OPTION' }));
      expect([...cache]).toEqual([['a', 1]]);
    }
  });
});

describe('getOrLoad', () => {
  test('calls for one key share a load, whose value is kept', async () => {
    const { cache } = setup();
    let loads = 0;
    const load = async (key: unknown) => `${key} ${++loads}`;
    expect(await Promise.all([cache.getOrLoad('k', load), cache.getOrLoad('k', load)])).toEqual(['k 1', 'k 1']);
    expect([await cache.getOrLoad('k', load), cache.get('k'), loads]).toEqual(['k 1', 'k 1', 1]);
  });

  test('a value that is there is not loaded, and becomes the newest', async () => {
    const { cache, fill } = setup();
    fill(0, 5);
    expect(await cache.getOrLoad(0, () => 'unused')).toBe(0);
    expect([...cache.keys()].at(-1)).toBe(0);
  });

  test('an error reaches all callers, is not kept, and the next call loads', async () => {
    const { cache, takeLeft } = setup();
    const failure = new Error('no value');
    const fail = async () => {
      throw failure;
    };
    const settled = await Promise.allSettled([cache.getOrLoad('k', fail), cache.getOrLoad('k', fail)]);
    expect(settled.map((each) => (each as PromiseRejectedResult).reason)).toEqual([failure, failure]);
    expect([cache.size, takeLeft(), await cache.getOrLoad('k', () => 'fine')]).toEqual([0, [], 'fine']);
  });

  test.each([
    ['set', (cache: LruCache<unknown, Value>) => cache.set('k', 'set'), ['k', 'set']],
    ['delete', (cache: LruCache<unknown, Value>) => cache.delete('k'), undefined],
    ['clear', (cache: LruCache<unknown, Value>) => cache.clear(), undefined],
  ] as const)(
    '%s fences a load in flight: the caller gets the value, but it is not stored',
    async (_name, act, kept) => {
      const { cache, takeLeft } = setup();
      const load = later();
      const promise = cache.getOrLoad('k', () => load.promise);
      act(cache);
      load.resolve('loaded');
      expect(await promise).toBe('loaded');
      expect([[...cache], takeLeft()]).toEqual([kept === undefined ? [] : [kept], []]);
    },
  );

  test('a load that ends after others have filled the cache is kept as the newest', async () => {
    const { cache, fill, takeLeft } = setup();
    const load = later();
    const promise = cache.getOrLoad('slow', () => load.promise);
    fill(0, 8);
    takeLeft();
    load.resolve('done');
    await promise;
    expect([[...cache.keys()], takeLeft()]).toEqual([[4, 5, 6, 7, 'slow'], [[3, 3, 'capacity']]]);
  });

  test('a loaded value replaces an old one that has expired, which is reported as expired', async () => {
    const { cache, clock, takeLeft } = setup({ ttl: 10 });
    cache.set('k', 'old');
    clock.time += 10;
    expect(await cache.getOrLoad('k', async () => 'new')).toBe('new');
    expect([takeLeft(), cache.expiresIn('k')]).toEqual([[['k', 'old', 'expired']], 10]);
  });

  test('a loader that throws at once rejects', async () => {
    const { cache } = setup();
    const fail = () => {
      throw new Error('at once');
    };
    await expect(cache.getOrLoad('k', fail)).rejects.toThrow('at once');
  });

  test('a loaded undefined is a value', async () => {
    const { cache } = setup();
    let loads = 0;
    const load = async () => {
      loads++;
      return undefined;
    };
    await cache.getOrLoad('k', load);
    await cache.getOrLoad('k', load);
    expect([loads, cache.has('k')]).toEqual([1, true]);
  });
});

describe('differences by choice', () => {
  test('iteration runs from the oldest to the newest', () => {
    const { cache, fill } = setup();
    fill(0, 3);
    expect([...cache.keys()]).toEqual([0, 1, 2]);
  });

  test('there is one listener, which is called after the operation, key first', () => {
    const sizes: unknown[] = [];
    const cache: LruCache<string, number> = new LruCache({
      capacity: 1,
      onEvict: (key, value, cause) => sizes.push([key, value, cause, [...cache]]),
    });
    cache.set('a', 1).set('b', 2);
    expect(sizes).toEqual([['a', 1, 'capacity', [['b', 2]]]]);
    for (const option of ['dispose', 'disposeAfter', 'noDisposeOnSet', 'onInsert']) {
      expect(() => new LruCache({ [option]: () => {} } as never)).toThrow(option);
    }
  });

  test('clear has a cause of its own', () => {
    const { cache, takeLeft } = setup();
    cache.set('a', 1);
    cache.clear();
    expect(takeLeft()).toEqual([['a', 1, 'cleared']]);
  });

  test('setting undefined stores it', () => {
    const { cache } = setup();
    cache.set('a', 1).set('a', undefined);
    expect([cache.has('a'), cache.size]).toEqual([true, 1]);
  });

  test('an entry is dead when its ttl has passed, not after that', () => {
    const { cache, clock } = setup({ ttl: 10 });
    cache.set('a', 1);
    clock.time += 10;
    expect(cache.get('a')).toBe(undefined);
  });

  test('a ttl of 0 is refused for a cache, and an entry that is written with it is dead at once', () => {
    expect(() => setup({ ttl: 0 })).toThrow('ttl');
    const { cache } = setup();
    cache.set('a', 1, { ttl: 0 });
    expect(cache.has('a')).toBe(false);
  });

  test('a stale value is never given, and reading never prolongs a life', () => {
    for (const option of ['allowStale', 'updateAgeOnGet', 'noUpdateTTL', 'ttlAutopurge', 'fetchMethod']) {
      expect(() => new LruCache({ [option]: true } as never)).toThrow(option);
    }
  });

  test('a bound is the default, where lru-cache asks for one of three', () => {
    expect(new LruCache().capacity).toBe(128);
  });

  test('there is one bound: with weights it is their sum, and a weight of 0 is allowed', () => {
    const { cache } = setup({ capacity: 1, weigh: () => 0 });
    for (let i = 0; i < 50; i++) cache.set(i, i);
    expect(cache.size).toBe(50);
  });

  test('eviction, set and delete abort no load, and its callers get the value', async () => {
    const { cache, fill } = setup();
    const load = later();
    const promise = cache.getOrLoad('k', (...args) => {
      expect(args).toEqual(['k']);
      return load.promise;
    });
    fill(0, 20);
    cache.clear();
    load.resolve('value');
    expect(await promise).toBe('value');
  });

  test('there is no pop, find, dump, load, info, purgeStale or reverse iteration', () => {
    for (const name of ['pop', 'find', 'dump', 'load', 'info', 'purgeStale', 'rkeys', 'rforEach', 'fetch', 'memo']) {
      expect(name in LruCache.prototype).toBe(false);
    }
  });
});
