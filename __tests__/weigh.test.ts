import { expect, test } from '@jest/globals';
import { type CachedOptions, cached, cachedProxy, cacheOf, invalidateTags, memoize } from 'memokit';
import { error } from './support/error.js';
import { Random } from './support/random.js';
import { Source } from './support/source.js';

/** The option `weigh`: the capacity of a cache is a sum of weights. */

/** A function of texts, each as heavy as it is long. */
const textOf = (options: CachedOptions = {}) =>
  memoize((text: string) => text, { capacity: 10, weigh: (value: string) => value.length, ...options });

/** The stored results, least recent first. */
const kept = (fn: (text: string) => unknown) => [...cacheOf(fn)].map(([, value]) => value);

test('the capacity is a sum of weights, and the least recently used leave first', () => {
  const get = textOf();
  for (const text of ['aaaa', 'bbb', 'cc', 'aaaa', 'ddd']) get(text);
  expect(kept(get)).toEqual(['cc', 'aaaa', 'ddd']);
  expect(cacheOf(get).stats()).toMatchObject({ size: 3, capacity: 10, evictions: { capacity: 1 } });
});

test('weigh gets the awaited result and the arguments, once for each result that is stored', async () => {
  const calls: unknown[] = [];
  const weigh = (value: number, ...args: unknown[]) => {
    calls.push([value, ...args]);
    return 1;
  };
  const square = memoize(async (n: number, by: number) => n * by, { weigh, when: (value) => value < 50 });
  await square(3, 4);
  await square(3, 4);
  await square(10, 10);
  cacheOf(square).put([1, 2], 5);
  expect(calls).toEqual([
    [12, 3, 4],
    [5, 1, 2],
  ]);
});

test('a result that is heavier than the capacity is not stored, and evicts nothing else', () => {
  const tags = (text: string) => [text];
  const get = textOf({ tags });
  get('aaaa');
  get('bbbbbb');
  expect(get('c'.repeat(11))).toBe('c'.repeat(11));
  expect(kept(get)).toEqual(['aaaa', 'bbbbbb']);
  expect(cacheOf(get).has('c'.repeat(11))).toBe(false);
  expect(invalidateTags('c'.repeat(11))).toBe(0);
});

test('a value that is heavier than the capacity takes the place of the older one of its call, which is gone', () => {
  const get = textOf();
  get('a');
  get('b');
  cacheOf(get).put(['a'], 'a'.repeat(11));
  expect(kept(get)).toEqual(['b']);
});

for (const [title, weight, message] of [
  ['NaN', () => Number.NaN, 'weigh: expected a finite number from 0, but got: number NaN'],
  ['a negative weight', () => -1, 'weigh: expected a finite number from 0, but got: number -1'],
  ['an infinite weight', () => Infinity, 'weigh: expected a finite number from 0, but got: number Infinity'],
  ['no weight', () => undefined, 'weigh: expected a finite number from 0, but got: undefined'],
  ['a promise', async () => 1, 'weigh: expected a number from 0 as its result, but got: object'],
] as const) {
  test(`the caller gets the error of weigh, and the entries stay as they were: ${title}`, async () => {
    let isBad = false;
    const weigh = (value: string) => (isBad ? (weight() as number) : value.length);
    const refusal = error({ code: 'MEMOKIT_BAD_OPTION', message });
    const sync = textOf({ weigh });
    const slow = memoize(async (text: string) => text, { capacity: 10, weigh, staleIfError: 1, ttl: 1000 });
    sync('aa');
    await slow('aa');
    isBad = true;
    expect(() => sync('bb')).toThrow(refusal);
    expect(() => cacheOf(sync).put(['aa'], 'cc')).toThrow(refusal);
    await expect(slow('bb')).rejects.toEqual(refusal);
    isBad = false;
    expect([kept(sync), await Promise.all(kept(slow))]).toEqual([['aa'], ['aa']]);
    expect([sync('bb'), await slow('bb')]).toEqual(['bb', 'bb']);
  });
}

test('where an old value may stand in, it answers for an error of weigh, ttl, when or tags, and on.error gets the error', async () => {
  const fail = (): never => {
    throw new Error('option');
  };
  for (const name of ['weigh', 'ttl', 'when', 'tags', 'NaN'] as const) {
    let [now, isBad] = [0, false];
    const heard: string[] = [];
    const option = (good: unknown) => ({ [name]: () => (isBad ? fail() : good) }) as CachedOptions;
    const good = { weigh: 1, ttl: 5, when: true, tags: ['a'], NaN: 1 };
    const bad = { weigh: () => (isBad ? Number.NaN : 1) };
    const get = memoize(async () => now, {
      ttl: 5,
      staleIfError: 5,
      clock: () => now,
      on: { error: ({ error }) => heard.push((error as Error).message) },
      ...(name === 'NaN' ? bad : option(good[name])),
    });
    await get();
    [now, isBad] = [5, true];
    const message = name === 'NaN' ? 'weigh: expected a finite number from 0, but got: number NaN' : 'option';
    expect([name, await get(), heard]).toEqual([name, 0, [message]]);
  }
});

test('an error that weigh throws reaches the caller, and nothing is stored', () => {
  const get = textOf({
    weigh: () => {
      throw new Error('no scales');
    },
  });
  expect(() => get('a')).toThrow('no scales');
  expect(cacheOf(get).size).toBe(0);
});

test('resize takes a sum of weights, and evicts what no longer fits', () => {
  const get = textOf();
  for (const text of ['aaaa', 'bbb', 'cc']) get(text);
  cacheOf(get).resize(5.5);
  expect([kept(get), cacheOf(get).capacity]).toEqual([['bbb', 'cc'], 5.5]);
  expect(() => cacheOf(get).resize(0)).toThrow('capacity: expected a number above 0, but got: number 0');
});

test('the capacity is any positive number only with weigh', () => {
  expect(() => memoize(() => 1, { capacity: 0.5 })).toThrow('capacity: expected a whole number');
  expect(cacheOf(memoize(() => 1, { capacity: 0.5, weigh: () => 0.1 })).capacity).toBe(0.5);
  expect(() => memoize(() => 1, { weigh: 1 as never })).toThrow('weigh: expected a function, but got: number 1');
});

test('failures are counted, not weighed', async () => {
  let runs = 0;
  const fail = async (n: number) => {
    runs++;
    throw new Error(`${n}`);
  };
  const get = memoize(fail, { capacity: 0.5, weigh: () => 1, errorTtl: 1000, ttl: 1000 });
  for (const n of [1, 2, 1, 2]) await expect(get(n)).rejects.toThrow(`${n}`);
  cacheOf(get).resize(0.25);
  await expect(get(1)).rejects.toThrow('1');
  expect(runs).toBe(2);
  for (let n = 0; n < 200; n++) await expect(get(n)).rejects.toThrow();
  const before = runs;
  await expect(get(199)).rejects.toThrow();
  await expect(get(1)).rejects.toThrow();
  expect(runs).toBe(before + 1);
});

test('weigh works for methods, and for the methods of a proxy', () => {
  const weigh = (value: string) => value.length;
  class Service {
    @cached({ capacity: 4, weigh })
    get(text: string) {
      return text;
    }
  }
  const service = new Service();
  const proxy = cachedProxy({ get: (text: string) => text }, { get: { capacity: 4, weigh } });
  for (const text of ['aaa', 'bb']) {
    service.get(text);
    proxy.get(text);
  }
  const stored = (receiver: { get(text: string): string }) => [...cacheOf(receiver, 'get')].map(([, value]) => value);
  expect([stored(service), stored(proxy)]).toEqual([['bb'], ['bb']]);
});

test('over 100,000 random operations the sum of the weights never exceeds the capacity', async () => {
  const random = new Random(16);
  for (const isAsync of [false, true]) {
    const source = new Source<number>();
    let capacity = 20;
    let heaviest = 0;
    const weights = new Map<object, number>();
    const load = (key: number) => {
      const value = { key };
      weights.set(value, random.pick([0, 1, 2, 3, 5, 30]));
      return isAsync ? Promise.resolve(value) : value;
    };
    const options: CachedOptions = {
      capacity,
      weigh: (value: object) => weights.get(value)!,
      ttl: (value: object) => (weights.get(value)! % 2 === 0 ? Infinity : 3),
      clock: source.clock,
      ...(isAsync && { staleIfError: 1 }),
    };
    const get = memoize(load, options);
    const cache = cacheOf(get);
    for (let step = 0; step < 50_000; step++) {
      const key = random.below(30);
      const action = random.below(100);
      if (action < 70) get(key);
      else if (action < 85) cache.put([key], load(key) as never);
      else if (action < 90) cache.delete(key);
      else if (action < 92) {
        capacity = random.pick([0.5, 3, 11, 20, 29]);
        cache.resize(capacity);
      } else if (action < 93) cache.clear();
      else source.now += random.below(4);
      if (isAsync && step % 4 === 0) await undefined;
      if (step % 5 !== 0) continue;
      const stored = await Promise.all([...cache].map(([, value]) => value));
      const sum = (stored as object[]).reduce((total, value) => total + weights.get(value)!, 0);
      heaviest = Math.max(heaviest, sum);
      if (sum > capacity) expect({ step, sum }).toEqual({ step, sum: capacity });
    }
    expect(heaviest).toBeGreaterThan(20);
    const { evictions } = cache.stats();
    expect(Math.min(...Object.values(evictions))).toBeGreaterThan(10);
  }
});
