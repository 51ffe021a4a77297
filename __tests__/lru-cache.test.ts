import { inspect } from 'node:util';
import { afterEach, expect, jest, test } from '@jest/globals';
import { type EvictionCause, LruCache } from 'memokit';
import { ActingClock } from './support/acting-clock.js';
import { error } from './support/error.js';
import { run } from './support/run.js';

type Left = [key: unknown, value: unknown, cause: EvictionCause];

/** A cache over a clock that the test moves, with a record of what has left. */
function setup(options: { capacity?: number; ttl?: number; weigh?: (value: number, key: string) => number } = {}) {
  const clock = { time: 0, now: () => clock.time };
  const left: Left[] = [];
  const cache = new LruCache<string, number>({ ...options, clock, onEvict: (...eviction) => left.push(eviction) });
  return { cache, clock, left };
}

afterEach(() => {
  jest.useRealTimers();
});

test('the least recently used entry goes first', () => {
  const { cache, left } = setup({ capacity: 2 });
  cache.set('a', 1).set('b', 2);
  cache.get('a');
  cache.set('c', 3);
  expect([...cache]).toEqual([
    ['a', 1],
    ['c', 3],
  ]);
  expect(left).toEqual([['b', 2, 'capacity']]);
});

test('get and set refresh recency, has, peek, expiresIn and iteration do not', () => {
  const { cache } = setup({ capacity: 3 });
  cache.set('a', 1).set('b', 2).set('c', 3);
  cache.has('a');
  cache.peek('a');
  cache.expiresIn('a');
  cache.forEach(() => {});
  expect([...cache.keys()]).toEqual(['a', 'b', 'c']);
  cache.get('a');
  expect([...cache.keys()]).toEqual(['b', 'c', 'a']);
  cache.set('b', 2);
  expect([...cache.keys()]).toEqual(['c', 'a', 'b']);
});

test('undefined, null and 0 are values', () => {
  const cache = new LruCache<string, unknown>();
  cache.set('u', undefined).set('n', null).set('z', 0);
  expect([cache.has('u'), cache.has('n'), cache.has('z'), cache.has('none')]).toEqual([true, true, true, false]);
  const compute = jest.fn(() => 'computed');
  expect(cache.getOrInsertComputed('u', compute)).toBe(undefined);
  expect(compute).not.toHaveBeenCalled();
});

test('keys are those of a Map: NaN is one key, -0 is 0', () => {
  const cache = new LruCache<number, string>();
  cache.set(Number.NaN, 'n').set(-0, 'z');
  expect(cache.get(Number.NaN)).toBe('n');
  expect(cache.get(0)).toBe('z');
  expect([...cache.keys()]).toEqual([Number.NaN, 0]);
});

test('the protocol is that of a Map', () => {
  const cache = new LruCache<string, number>();
  cache.set('a', 1).set('b', 2);
  const seen: unknown[] = [];
  const receiver = {};
  cache.forEach(function (this: unknown, ...args) {
    seen.push([this === receiver, ...args]);
  }, receiver);
  expect(seen).toEqual([
    [true, 1, 'a', cache],
    [true, 2, 'b', cache],
  ]);
  expect([...cache.values()]).toEqual([1, 2]);
  expect([...new Map(cache)]).toEqual([...cache.entries()]);
  expect(cache.delete('a')).toBe(true);
  expect(cache.delete('a')).toBe(false);
  expect(cache.clear()).toBe(undefined);
  expect(cache.size).toBe(0);
  expect(Object.prototype.toString.call(cache)).toBe('[object LruCache]');
  expect(Object.keys(cache)).toEqual([]);
});

test('inspection shows the entries, least recent first', () => {
  const cache = new LruCache<string, unknown>({ capacity: 5 });
  cache.set('a', 1).set('b', { c: 2 });
  expect(inspect(cache)).toBe("Map(2) [LruCache] { 'a' => 1, 'b' => { c: 2 } }");
  expect(inspect({ cache }, { depth: 0 })).toBe('{ cache: [Map [LruCache]] }');
  const owner: Record<string, unknown> = { cache };
  for (let i = 0; i < 6; i++) cache.set(`owner ${i}`, owner);
  expect(inspect(owner).length).toBeLessThan(2_000);
});

test('inspection copies only the entries that it shows, and tells how many there are', () => {
  let [now, looks] = [0, 0];
  const clock = () => {
    looks++;
    return now;
  };
  const cache = new LruCache<number, number>({ capacity: Infinity, ttl: 10, clock });
  for (let i = 0; i < 300; i++) cache.set(i, i);
  looks = 0;
  expect(inspect(cache)).toMatch(/^Map\(100\) \[LruCache, first 100 of 300\] {\n {2}0 => 0,.*99 => 99\n}$/s);
  expect(inspect(cache, { maxArrayLength: 2 })).toBe('Map(2) [LruCache, first 2 of 300] { 0 => 0, 1 => 1 }');
  expect(inspect(cache, { maxArrayLength: 0 })).toBe('Map(0) [LruCache, first 0 of 300] {}');
  // Each look at an entry and each write of one reads the clock.
  expect(looks).toBeLessThan(300);
  for (const all of [null, Infinity, 300]) {
    expect(inspect(cache, { maxArrayLength: all })).toMatch(/^Map\(300\) \[LruCache\] {.*299 => 299\n}$/s);
  }
  for (let i = 0; i < 3; i++) cache.set(300 + i, i, { ttl: 100 });
  now = 10;
  expect(inspect(cache, { maxArrayLength: 2 })).toBe('Map(2) [LruCache, first 2 of 3] { 300 => 0, 301 => 1 }');
  expect(inspect(cache)).toBe('Map(3) [LruCache] { 300 => 0, 301 => 1, 302 => 2 }');
});

test('inspection finds cycles that lead through caches alone', () => {
  const self = new LruCache<string, unknown>();
  self.set('self', self);
  expect(inspect(self)).toBe("<ref *1> Map(1) [LruCache] { 'self' => [Circular *1] }");
  const meshOf = (make: () => Map<unknown, unknown> | LruCache<unknown, unknown>) => {
    const mesh = Array.from({ length: 4 }, make);
    for (const one of mesh) for (const other of mesh) one.set(other, other);
    return inspect(mesh[0], { depth: Infinity, breakLength: Infinity });
  };
  expect(meshOf(() => new LruCache()).replaceAll(' [LruCache]', '')).toBe(meshOf(() => new Map()));
  const ring = Array.from({ length: 6 }, () => new LruCache<string, unknown>());
  ring.forEach((cache, i) => {
    cache.set('next', ring[(i + 1) % ring.length]);
  });
  expect(inspect(ring[0], { depth: Infinity }).match(/LruCache/g)).toHaveLength(6);
});

test('each inspection shows the entries of its moment', () => {
  const cache = new LruCache<string, number>({ capacity: 2 });
  cache.set('a', 1);
  const look = () => inspect(cache, { maxArrayLength: 1 });
  const looks = [look(), look()];
  cache.set('a', 2);
  looks.push(look());
  cache.set('b', 3);
  looks.push(look());
  expect(looks).toEqual([
    "Map(1) [LruCache] { 'a' => 1 }",
    "Map(1) [LruCache] { 'a' => 1 }",
    "Map(1) [LruCache] { 'a' => 2 }",
    "Map(1) [LruCache, first 1 of 2] { 'a' => 2 }",
  ]);
});

test('iteration ends although each entry is used, skips what is deleted and what has died', () => {
  const { cache, clock } = setup({ ttl: 10 });
  cache.set('a', 1).set('b', 2).set('c', 3).set('d', 4, { ttl: 1 });
  const seen: string[] = [];
  for (const [key] of cache) {
    seen.push(key);
    cache.get(key);
    cache.delete('b');
    cache.set(`${key}!`, 0);
    clock.time = 5;
  }
  expect(seen).toEqual(['a', 'c']);
});

test('iteration gives the value of an entry that dies right after it was looked at', () => {
  let time = 0;
  const cache = new LruCache<string, number>({ ttl: 3, clock: () => time++ });
  cache.set('a', 1).set('b', 2);
  expect([...cache]).toEqual([
    ['a', 1],
    ['b', 2],
  ]);
});

test('an entry is dead once its ttl has passed since it was written, whatever was read', () => {
  const { cache, clock, left } = setup({ ttl: 10 });
  cache.set('a', 1);
  clock.time = 9.9;
  expect(cache.get('a')).toBe(1);
  expect(cache.expiresIn('a')).toBeCloseTo(0.1);
  clock.time = 10;
  expect([cache.has('a'), cache.peek('a'), cache.expiresIn('a'), [...cache]]).toEqual([
    false,
    undefined,
    undefined,
    [],
  ]);
  expect(left).toEqual([]);
  expect(cache.get('a')).toBe(undefined);
  expect(left).toEqual([['a', 1, 'expired']]);
});

test('a write starts the ttl anew, and may have one of its own', () => {
  const { cache, clock } = setup({ ttl: 10 });
  cache.set('a', 1).set('b', 1, { ttl: 100 }).set('c', 1, { ttl: Infinity });
  clock.time = 9;
  cache.set('a', 2);
  clock.time = 18;
  expect([...cache.keys()]).toEqual(['b', 'c', 'a']);
  expect([cache.expiresIn('a'), cache.expiresIn('b'), cache.expiresIn('c')]).toEqual([1, 82, Infinity]);
});

test('size counts the living, and tells of the dead once', () => {
  const { cache, clock, left } = setup({ ttl: 10 });
  cache.set('a', 1).set('b', 2, { ttl: 20 });
  clock.time = 15;
  expect([cache.size, cache.size]).toEqual([1, 1]);
  expect(left).toEqual([['a', 1, 'expired']]);
});

test('the dead make room before the living do', () => {
  const { cache, clock, left } = setup({ capacity: 2 });
  cache.set('lives', 1).set('dies', 2, { ttl: 5 });
  clock.time = 5;
  cache.set('new', 3);
  expect([...cache.keys()]).toEqual(['lives', 'new']);
  expect(left).toEqual([['dies', 2, 'expired']]);
});

test('what is written with ttl 0 is dead at once, and takes no place', () => {
  const { cache, left } = setup({ capacity: 2 });
  cache.set('a', 1).set('b', 2).set('never', 3, { ttl: 0 }).set('b', 4, { ttl: 0 });
  expect([...cache]).toEqual([['a', 1]]);
  expect(left).toEqual([
    ['never', 3, 'expired'],
    ['b', 2, 'replaced'],
    ['b', 4, 'expired'],
  ]);
});

test('every cause is told: capacity, expired, deleted, replaced, cleared', () => {
  const { cache, clock, left } = setup({ capacity: 2 });
  cache.set('a', 1).set('a', 2).set('a', 2).set('b', 1).set('c', 1);
  cache.delete('b');
  cache.set('d', 1, { ttl: 1 });
  clock.time = 1;
  cache.get('d');
  cache.set('e', 1, { ttl: 1 });
  clock.time = 2;
  expect(cache.delete('e')).toBe(false);
  cache.clear();
  expect(left).toEqual([
    ['a', 1, 'replaced'],
    ['a', 2, 'capacity'],
    ['b', 1, 'deleted'],
    ['d', 1, 'expired'],
    ['e', 1, 'expired'],
    ['c', 1, 'cleared'],
  ]);
});

test('resize evicts the least recent, and a larger capacity is used', () => {
  const { cache, left } = setup({ capacity: 3 });
  cache.set('a', 1).set('b', 2).set('c', 3);
  cache.resize(1);
  expect(left.map(([key]) => key)).toEqual(['a', 'b']);
  cache.resize(2);
  cache.set('d', 4);
  expect([...cache.keys()]).toEqual(['c', 'd']);
  expect(cache.capacity).toBe(2);
});

test('weights bound the cache, and what is too heavy takes nothing with it', () => {
  const { cache, left } = setup({ capacity: 10, weigh: (value) => value });
  cache.set('a', 4).set('b', 4);
  cache.set('heavy', 11);
  expect([...cache.keys()]).toEqual(['a', 'b']);
  cache.set('c', 6);
  expect([...cache.keys()]).toEqual(['b', 'c']);
  cache.set('b', 11);
  expect([...cache.keys()]).toEqual(['c']);
  cache.set('free', 0);
  cache.resize(6);
  expect([...cache.keys()]).toEqual(['c', 'free']);
  expect(left).toEqual([
    ['heavy', 11, 'capacity'],
    ['a', 4, 'capacity'],
    ['b', 4, 'replaced'],
    ['b', 11, 'capacity'],
  ]);
});

test('getOrInsertComputed computes and stores on a miss only, and stores nothing when that throws', () => {
  const { cache } = setup();
  const compute = jest.fn((key: string) => key.length);
  expect([cache.getOrInsertComputed('abc', compute), cache.getOrInsertComputed('abc', compute)]).toEqual([3, 3]);
  expect(compute.mock.calls).toEqual([['abc']]);
  const failure = new Error('mine');
  const fail = () => {
    throw failure;
  };
  expect(() => cache.getOrInsertComputed('x', fail)).toThrow(failure);
  expect(cache.has('x')).toBe(false);
});

test('getOrInsert stores its value on a miss only, and gives what is stored', () => {
  const { cache, clock, left } = setup({ capacity: 1, ttl: 10 });
  expect([cache.getOrInsert('a', 1), cache.getOrInsert('a', 2), cache.expiresIn('a')]).toEqual([1, 1, 10]);
  clock.time = 10;
  expect([cache.getOrInsert('a', 3), cache.getOrInsert('b', 4)]).toEqual([3, 4]);
  expect(left).toEqual([
    ['a', 1, 'expired'],
    ['a', 3, 'capacity'],
  ]);
});

test('getOrLoad runs one load per key at a time, and keeps its value', async () => {
  const { cache } = setup();
  const load = jest.fn(async (key: string) => key.length);
  expect(await Promise.all([cache.getOrLoad('ab', load), cache.getOrLoad('ab', load)])).toEqual([2, 2]);
  expect(await cache.getOrLoad('ab', load)).toBe(2);
  expect(load.mock.calls).toEqual([['ab']]);
});

test('a failed getOrLoad gives everyone its error and leaves nothing', async () => {
  const { cache } = setup();
  const failure = new Error('mine');
  const fail = () => {
    throw failure;
  };
  const both = await Promise.allSettled([cache.getOrLoad('a', fail), cache.getOrLoad('a', fail)]);
  expect(both).toEqual([1, 2].map(() => ({ status: 'rejected', reason: failure })));
  expect(await cache.getOrLoad('a', () => 7)).toBe(7);
});

test('set, delete and clear fence a getOrLoad in flight', async () => {
  for (const [fence, kept] of [
    [(cache: LruCache<string, number>) => void cache.set('a', 2), 2],
    [(cache: LruCache<string, number>) => void cache.delete('a'), undefined],
    [(cache: LruCache<string, number>) => cache.clear(), undefined],
  ] as const) {
    const { cache } = setup();
    const loading = cache.getOrLoad('a', async () => 1);
    fence(cache);
    expect(await loading).toBe(1);
    expect(cache.get('a')).toBe(kept);
  }
});

test('what a loader does to its own key before it returns fences it, and asking for it is an error', async () => {
  for (const [fence, kept] of [
    [(cache: LruCache<string, string>) => void cache.set('k', 'new'), 'new'],
    [(cache: LruCache<string, string>) => void cache.delete('k'), undefined],
    [(cache: LruCache<string, string>) => cache.clear(), undefined],
  ] as const) {
    const cache = new LruCache<string, string>();
    const load = async () => {
      fence(cache);
      return 'old';
    };
    expect(await cache.getOrLoad('k', load)).toBe('old');
    expect(cache.get('k')).toBe(kept);
  }
  const cache = new LruCache<string, string>();
  const endless = jest.fn((key: string): Promise<string> => cache.getOrLoad(key, endless));
  await expect(cache.getOrLoad('k', endless)).rejects.toThrow('same arguments');
  expect(endless).toHaveBeenCalledTimes(1);
});

test('a set that is refused fences nothing', async () => {
  const { cache } = setup();
  const loading = cache.getOrLoad('a', async () => 1);
  expect(() => cache.set('a', 2, { ttl: -1 })).toThrow('ttl');
  await loading;
  expect(cache.get('a')).toBe(1);
});

test('a listener that gives an expired key a value does not upset who asked for it', async () => {
  const expired = () => {
    const clock = { time: 0, now: () => clock.time };
    const cache: LruCache<string, number> = new LruCache<string, number>({
      ttl: 10,
      clock,
      onEvict: (key, _, cause) => cause === 'expired' && cache.set(key, 7),
    });
    cache.set('a', 1);
    clock.time = 10;
    return cache;
  };
  expect(expired().getOrInsertComputed('a', () => 2)).toBe(2);
  expect(await expired().getOrLoad('a', async () => 2)).toBe(2);
});

test('a weight is finite, so that the sum stays a bound', () => {
  const { cache } = setup({ capacity: 3, weigh: (value) => value });
  expect(() => cache.set('a', Infinity)).toThrow('weigh: expected a finite number from 0, but got: number Infinity');
  for (let i = 0; i < 20; i++) cache.set(`${i}`, 1);
  expect(cache.size).toBe(3);
});

test('a weight beside which the others are as nothing does not have them forgotten', () => {
  const { cache, left } = setup({ capacity: 10, weigh: (value) => value });
  cache.set('a', 8).set('never', Number.MAX_VALUE).set('b', 8);
  expect([...cache]).toEqual([['b', 8]]);
  cache.set('b', 2 ** 60).set('c', 10);
  expect([...cache]).toEqual([['c', 10]]);
  expect(left).toEqual([
    ['never', Number.MAX_VALUE, 'capacity'],
    ['a', 8, 'capacity'],
    ['b', 8, 'replaced'],
    ['b', 2 ** 60, 'capacity'],
  ]);
});

test('every entry dies under a capacity that is no whole number', () => {
  for (const capacity of [2.5, 6.5, 64.5]) {
    const { cache, clock } = setup({ capacity, weigh: () => 0.5, ttl: 10 });
    for (let i = 0; i < 2 * capacity; i++) cache.set(`${i}`, i);
    expect([...cache.keys()].map((key) => cache.expiresIn(key))).toEqual(Array(2 * capacity).fill(10));
    clock.time = 10;
    expect(cache.size).toBe(0);
  }
});

test('an entry that can die hides none that cannot', () => {
  const { cache, clock } = setup({ capacity: 128 });
  for (let i = 0; i < 20; i++) cache.set(`${i}`, i);
  cache.set('0', 0, { ttl: 10 });
  const keys = Array.from({ length: 20 }, (_, i) => `${(i + 1) % 20}`);
  expect([...cache.keys()]).toEqual(keys);
  expect([cache.has('15'), cache.peek('15'), cache.expiresIn('15'), cache.delete('16')]).toEqual([
    ...[true, 15, Infinity, true],
  ]);
  clock.time = 10;
  expect(cache.size).toBe(18);
});

test('a listener that throws undoes nothing and silences no other', () => {
  const told: unknown[] = [];
  const cache = new LruCache<string, number>({
    capacity: 2,
    onEvict: (key) => {
      told.push(key);
      throw new Error(`about ${String(key)}`);
    },
  });
  cache.set('a', 1).set('b', 2);
  expect(() => cache.set('c', 3)).toThrow('about a');
  expect([...cache.keys()]).toEqual(['b', 'c']);
  expect(() => cache.clear()).toThrow(AggregateError);
  expect(told).toEqual(['a', 'b', 'c']);
  expect(cache.size).toBe(0);
});

test('what getOrInsertComputed evicts is told, and what onEvict throws hides no error of compute', () => {
  const { cache, clock, left } = setup({ capacity: 1, ttl: 10 });
  cache.getOrInsertComputed('a', () => 1);
  cache.getOrInsertComputed('b', () => 2);
  expect(left).toEqual([['a', 1, 'capacity']]);
  clock.time = 10;
  const fail = () => {
    throw new Error('compute');
  };
  expect(() => cache.getOrInsertComputed('b', fail)).toThrow('compute');
  expect(left).toHaveLength(2);
});

test('what onEvict throws rejects the getOrLoad that caused it, and no other', async () => {
  const cache = new LruCache<string, number>({
    capacity: 1,
    onEvict: () => {
      throw new Error('listener');
    },
  });
  cache.set('a', 1);
  const results = await Promise.allSettled([cache.getOrLoad('b', async () => 2), cache.getOrLoad('b', async () => 3)]);
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
  expect(cache.get('b')).toBe(2);
});

test('a clock that uses the cache, or gives no number, breaks nothing', () => {
  const clock = new ActingClock();
  const cache = new LruCache<unknown, number>({ capacity: 3, ttl: 100, clock });
  cache.set('a', 1).set('b', 2);
  clock.act = () => cache.delete('a');
  expect(cache.get('a')).toBe(undefined);
  clock.act = () => cache.delete('b');
  expect(cache.peek('b')).toBe(undefined);
  for (const ask of ['get', 'peek'] as const) {
    cache.set('a', 1);
    clock.act = () => cache.clear();
    expect(cache[ask]('a')).toBe(undefined);
  }
  for (let i = 0; i < 50; i++) cache.set(i, i);
  expect([...cache.keys()]).toEqual([47, 48, 49]);
  for (const reading of [undefined, Number.NaN, 5n, '5']) {
    const odd = new LruCache<string, number>({ capacity: 2, ttl: 5, clock: () => reading as number });
    expect(() => odd.set('a', 1)).toThrow('clock: expected a number as its result');
    expect(odd.size).toBe(0);
  }
});

test('a clock that puts another entry in the place of the one asked for is not mistaken for it', () => {
  for (const ask of ['get', 'peek', 'has', 'delete', 'expiresIn'] as const) {
    const clock = new ActingClock();
    const cache = new LruCache<string, number>({ capacity: 3, ttl: 100, clock });
    cache.set('a', 1).set('b', 2);
    clock.act = () => {
      cache.delete('b');
      cache.set('z', 26);
    };
    expect(cache[ask]('b')).toBe(ask === 'has' || ask === 'delete' ? false : undefined);
    clock.act = () => {
      cache.delete('z');
      cache.set('c', 3);
    };
    // The other way round: what the clock does to others takes nothing from the one asked for.
    expect(cache[ask]('a')).toBe(ask === 'has' || ask === 'delete' ? true : ask === 'expiresIn' ? 100 : 1);
    expect([...cache.keys()].sort()).toEqual(ask === 'delete' ? ['c'] : ['a', 'c']);
  }
});

test('a stack that overflows inside of an operation leaves a list that has an end', () => {
  const { status, stdout } = run('__tests__/programs/overflow.ts');
  expect(status).toBe(0);
  const { wrong, most, overflows } = JSON.parse(stdout) as Record<string, number>;
  expect(overflows).toBeGreaterThan(100);
  expect([wrong, most]).toEqual([0, 0]);
});

test('an empty cache weighs nothing, however fractions were rounded', () => {
  const { cache } = setup({ capacity: 0.3, weigh: (value) => value });
  cache.set('a', 0.1).set('b', 0.2);
  cache.delete('a');
  cache.delete('b');
  cache.set('c', 0.3);
  expect(cache.has('c')).toBe(true);
});

test('a listener may use the cache, which is whole by then', () => {
  const sizes: number[] = [];
  const cache: LruCache<number, number> = new LruCache<number, number>({
    capacity: 2,
    onEvict: (key, value) => {
      sizes.push(cache.size);
      if (value < 5) cache.set(key + 100, value + 1);
    },
  });
  for (let i = 0; i < 6; i++) cache.set(i, 0);
  expect(Math.max(...sizes)).toBeLessThanOrEqual(2);
  expect([...cache.keys()]).toHaveLength(2);
});

test('a clock, a weight or a ttl that fails leaves the cache as it was', () => {
  let broken = false;
  const cache = new LruCache<string, number>({
    capacity: 10,
    ttl: 5,
    clock: () => {
      if (broken) throw new Error('clock');
      return 0;
    },
    weigh: (value) => value,
  });
  cache.set('a', 1);
  expect(() => cache.set('b', -1)).toThrow('weigh');
  expect(() => cache.set('b', 1, { ttl: Number.NaN })).toThrow('ttl');
  broken = true;
  expect(() => cache.set('b', 1)).toThrow('clock');
  expect(() => cache.resize(2)).toThrow('clock');
  broken = false;
  expect([[...cache], cache.capacity]).toEqual([[['a', 1]], 10]);
});

test('a subclass may override one way to iterate by another', () => {
  class Sorted extends LruCache<string, number> {
    override *entries(): Generator<[string, number], undefined, undefined> {
      for (const key of [...this.keys()].sort()) yield [key, this.peek(key)!];
    }
  }
  const cache = new Sorted().set('b', 2).set('a', 1);
  expect([[...cache.entries()], [...cache.values()]]).toEqual([
    [
      ['a', 1],
      ['b', 2],
    ],
    [2, 1],
  ]);
});

test('a subclass may name its methods as it likes', () => {
  const names = 'drop empty order find use alive left write writePlain restore valueAt announce load touch remove walk';
  class Named extends LruCache<string, number> {}
  for (const name of names.split(' ')) {
    Object.defineProperty(Named.prototype, name, {
      value: () => {
        throw new Error(name);
      },
    });
  }
  let now = 0;
  const evicted: unknown[] = [];
  const cache = new Named({ capacity: 2, ttl: 10, clock: () => now, onEvict: (...eviction) => evicted.push(eviction) });
  cache.set('a', 1).set('b', 2).set('c', 3);
  expect([cache.get('b'), cache.has('a'), cache.peek('c'), cache.delete('c')]).toEqual([2, false, 3, true]);
  expect([cache.getOrInsertComputed('d', () => 4), [...cache], cache.size]).toEqual([
    4,
    [
      ['b', 2],
      ['d', 4],
    ],
    2,
  ]);
  cache.resize(1);
  now = 10;
  expect([cache.get('d'), cache.size]).toEqual([undefined, 0]);
  cache.set('e', 5).clear();
  expect(evicted.map(([key]: any) => key)).toEqual(['a', 'c', 'b', 'd', 'e']);
});

test('a computation that overflows the stack throws what it throws without a cache', () => {
  const cache = new LruCache<number, number>({ capacity: Infinity });
  const depth = (n: number): number => cache.getOrInsertComputed(n, () => (n === 0 ? 0 : 1 + depth(n - 1)));
  for (let i = 0; i < 3; i++) expect(() => depth(1_000_000)).toThrow(RangeError);
  expect(depth(100)).toBe(100);
});

test('the default clock is monotonic and moved by fake timers', () => {
  jest.useFakeTimers();
  const cache = new LruCache<string, number>({ ttl: 1000 });
  cache.set('a', 1);
  jest.setSystemTime(Date.now() + 1_000_000);
  expect(cache.get('a')).toBe(1);
  jest.advanceTimersByTime(1000);
  expect(cache.get('a')).toBe(undefined);
  expect(jest.getTimerCount()).toBe(0);
});

test('Date and performance serve as clocks', () => {
  for (const clock of [Date, performance, () => 5]) {
    expect(new LruCache({ ttl: 1000, clock }).set('a', 1).get('a')).toBe(1);
  }
});

test('no clock is read while nothing can expire', () => {
  const clock = jest.fn(() => 0);
  const cache = new LruCache<string, number>({ capacity: 1, clock });
  cache.set('a', 1).set('b', 2).get('b');
  cache.resize(3);
  expect(cache.size).toBe(1);
  cache.clear();
  expect(clock).not.toHaveBeenCalled();
});

test('a look at an entry that never dies reads no clock, nor does anything once no other kind is left', () => {
  let time = 0;
  const clock = jest.fn(() => time);
  const cache = new LruCache<string, number>({ clock }).set('a', 1).set('b', 2, { ttl: 10 });
  clock.mockClear();
  expect([cache.get('a'), cache.peek('a'), cache.has('a')]).toEqual([1, 1, true]);
  expect(clock).not.toHaveBeenCalled();
  time = 20;
  expect(cache.size).toBe(1);
  clock.mockClear();
  cache.set('c', 3).resize(50);
  expect([cache.size, cache.expiresIn('a'), [...cache.keys()]]).toEqual([2, Infinity, ['a', 'c']]);
  expect(clock).not.toHaveBeenCalled();
});

test('a cache that has just become full holds what was set last', () => {
  for (const capacity of [1, 2, 16, 17, 128, 1000]) {
    const cache = new LruCache<number, number>({ capacity });
    for (let i = 0; i < 2 * capacity; i++) {
      cache.set(i, i * 2);
      expect(cache.peek(i)).toBe(i * 2);
    }
    expect([...cache.values()]).toEqual(Array.from({ length: capacity }, (_, i) => (capacity + i) * 2));
  }
});

test('shift removes the least recent entry that is alive, in the time that a deletion takes', () => {
  let now = 0;
  const left: unknown[] = [];
  const cache = new LruCache<number, string>({ clock: () => now, onEvict: (key, _, cause) => left.push([key, cause]) });
  cache.set(1, 'a', { ttl: 5 }).set(2, 'b', { ttl: 5 }).set(3, 'c').set(-0, 'd');
  cache.get(1);
  now = 5;
  expect([cache.shift(), cache.size]).toEqual([[3, 'c'], 1]);
  expect([cache.shift(), cache.shift(), cache.size]).toEqual([[0, 'd'], undefined, 0]);
  expect(left).toEqual([
    [2, 'expired'],
    [3, 'deleted'],
    [1, 'expired'],
    [0, 'deleted'],
  ]);
});

test('the first step of an iterator makes no list of the others', () => {
  const cache = new LruCache<number, number>({ capacity: Infinity });
  for (let i = 0; i < 20_000; i++) cache.set(i, i);
  // With a list at each step this would be two hundred million steps.
  while (cache.size > 1) cache.delete(cache.keys().next().value!);
  expect([...cache]).toEqual([[19_999, 19_999]]);
});

test('an iterator gives each entry once, whatever was used, removed or added since its first step', () => {
  const cache = new LruCache<number, number>();
  for (let i = 0; i < 6; i++) cache.set(i, i);
  const seen: number[] = [];
  for (const key of cache.keys()) {
    seen.push(key);
    cache.get(key);
    if (key === 1) cache.delete(3);
    if (key === 2) cache.set(9, 9);
  }
  expect(seen).toEqual([0, 1, 2, 4, 5]);
});

test('callbacks get 0 for -0, as those of a Map do', async () => {
  const cache = new LruCache<number, unknown>();
  const given: unknown[] = [];
  cache.getOrInsertComputed(-0, (key) => given.push(key));
  cache.clear();
  await cache.getOrLoad(-0, async (key) => given.push(key));
  expect(given.map((key) => Object.is(key, 0))).toEqual([true, true]);
});

test('what is no function is refused before anything is looked up', () => {
  const cache = new LruCache<string, number>().set('a', 1);
  const refused = (name: string) =>
    error({ code: 'MEMOKIT_BAD_ARGUMENT', message: `${name}: expected a function, but got: string x` });
  const bad = 'x' as never;
  expect(() => cache.getOrInsertComputed('a', bad)).toThrow(refused('compute'));
  expect(() => cache.getOrLoad('a', bad)).toThrow(refused('load'));
  expect(() => new LruCache().forEach(bad)).toThrow(refused('callback'));
});

test('what is set with a ttl gets its whole life, also after work in the same job that asked for nothing', () => {
  const cache = new LruCache<string, number>();
  const work = (milliseconds: number) => {
    const end = performance.now() + milliseconds;
    while (performance.now() < end);
  };
  cache.set('a', 1, { ttl: 1000 });
  for (let i = 0; i < 5; i++) {
    work(30);
    const start = performance.now();
    cache.set(`b${i}`, 2, { ttl: 100_000 });
    const left = cache.expiresIn(`b${i}`)!;
    expect(left).toBeGreaterThanOrEqual(100_000 - (performance.now() - start) - 1);
  }
});
