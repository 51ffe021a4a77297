import { afterEach, expect, jest, test } from '@jest/globals';
import { type CachedOptions, cacheOf, caches, LruCache, memoize } from 'memokit';
import { ActingClock } from './support/acting-clock.js';
import { Source, settle } from './support/source.js';

afterEach(() => {
  jest.useRealTimers();
  jest.restoreAllMocks();
});

const wait = (milliseconds: number) => {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
};

/** Where the reading that is in use now no longer is. */
const nextJob = () => new Promise((resolve) => setTimeout(resolve, 3));

test('an entry dies within one long job, at most 64 looks after its time', () => {
  const cache = new LruCache<string, number>({ ttl: 5 });
  cache.set('a', 1);
  expect(cache.get('a')).toBe(1);
  wait(10);
  let looks = 0;
  while (cache.get('a') !== undefined) looks++;
  expect(looks).toBeLessThanOrEqual(64);
});

test('a reading of one job is not used in a later one', async () => {
  const cache = new LruCache<string, number>({ ttl: 20 });
  cache.set('a', 1);
  expect(cache.get('a')).toBe(1);
  await new Promise((resolve) => setTimeout(resolve, 30));
  expect(cache.get('a')).toBe(undefined);
});

test('a lifetime counts from the return of what computed the value, however long that blocked', async () => {
  const cache = new LruCache<number, number>({ ttl: 1000 });
  const blocking = (n: number) => {
    // Takes a reading that is still in use when the blocking is over.
    cache.set(0, 0).get(0);
    wait(200);
    return n;
  };
  const slow = memoize(blocking, { ttl: 1000 });
  slow(1);
  await nextJob();
  expect(cacheOf(slow).explain(1).expiresIn).toBeGreaterThan(850);
  cache.getOrInsertComputed(1, blocking);
  await nextJob();
  expect(cache.expiresIn(1)).toBeGreaterThan(850);
  await cache.getOrLoad(2, blocking);
  await nextJob();
  expect(cache.expiresIn(2)).toBeGreaterThan(850);
});

test('load times are counted by the default clock, in the stats of a cache and in the totals', () => {
  const blocking = memoize(() => wait(20), { name: 'blocking' });
  blocking();
  const totals = caches().find(({ name }) => name === 'blocking')!;
  for (const { totalLoadTime } of [cacheOf(blocking).stats(), totals.stats()]) {
    expect(totalLoadTime).toBeGreaterThanOrEqual(20);
  }
});

test('a clock that is replaced, alone or with the timers, is seen at the next look', () => {
  const cache = new LruCache<string, number>({ ttl: 1000 });
  const start = performance.now();
  cache.set('a', 1);
  expect(cache.get('a')).toBe(1);
  const spy = jest.spyOn(performance, 'now').mockReturnValue(start + 2000);
  expect(cache.get('a')).toBe(undefined);
  spy.mockRestore();
  jest.useFakeTimers();
  cache.set('b', 1);
  jest.advanceTimersByTime(999);
  expect(cache.get('b')).toBe(1);
  jest.advanceTimersByTime(1);
  expect(cache.get('b')).toBe(undefined);
});

test('fake timers end a ttl that began before them, and what they have ended is no younger after them', () => {
  const config = jest.fn(() => 1);
  const cached = memoize(config, { ttl: 300_000 });
  const cache = new LruCache<string, number>({ ttl: 300_000 });
  cached();
  cache.set('a', 1);
  jest.useFakeTimers();
  jest.advanceTimersByTime(300_000);
  expect([cached(), config.mock.calls.length, cache.get('a')]).toEqual([1, 2, undefined]);
  cache.set('b', 1);
  jest.useRealTimers();
  jest.useFakeTimers();
  jest.advanceTimersByTime(300_000);
  expect(cache.get('b')).toBe(undefined);
  cache.set('c', 1);
  jest.useRealTimers();
  expect(cache.expiresIn('c')).toBeLessThanOrEqual(300_000);
});

test('fake timers that come and go without advancing end nothing', () => {
  const cache = new LruCache<string, number>({ ttl: 10_000 });
  cache.set('a', 1);
  for (let i = 0; i < 20; i++) {
    jest.useFakeTimers();
    expect(cache.get('a')).toBe(1);
    jest.useRealTimers();
    expect(cache.get('a')).toBe(1);
  }
  expect(cache.expiresIn('a')).toBeGreaterThan(9000);
});

test('times of fake timers stay exact, to the millisecond in which an entry dies', () => {
  const cache = new LruCache<number, number>({ capacity: Infinity });
  // Times of any size, as sums are rounded to fewer places where they grow.
  for (let i = 0; i < 300; i++) {
    cache.set(-1, 1, { ttl: 5 });
    jest.useFakeTimers();
    jest.advanceTimersByTime(i * 3571);
    const ttl = 1 + i * 7919;
    cache.set(i, 1, { ttl });
    jest.advanceTimersByTime(ttl - 1);
    expect(cache.has(i)).toBe(true);
    jest.advanceTimersByTime(1);
    expect(cache.has(i)).toBe(false);
    jest.useRealTimers();
  }
});

test('a clock that is mocked counts as it reads, and leaves no trace', () => {
  const cache = new LruCache<string, number>({ ttl: 1000 });
  for (const time of [Infinity, Number.NaN, undefined, 1e12, 0]) {
    const spy = jest.spyOn(performance, 'now').mockReturnValue(time as number);
    cache.get('a');
    cache.set('mocked', 1);
    spy.mockRestore();
    cache.set('a', 1);
    expect([cache.get('a'), cache.expiresIn('a')! < 1001]).toEqual([1, true]);
    jest.useFakeTimers();
    cache.set('b', 1);
    jest.advanceTimersByTime(1000);
    expect(cache.get('b')).toBe(undefined);
    jest.useRealTimers();
  }
  const start = performance.now();
  const spy = jest.spyOn(performance, 'now').mockReturnValue(start);
  cache.set('c', 1);
  spy.mockReturnValue(start + 999);
  expect(cache.get('c')).toBe(1);
  spy.mockReturnValue(start + 1000);
  expect(cache.get('c')).toBe(undefined);
});

test('a time that only Date tells ends a ttl only of a clock that reads Date', () => {
  const moves: (() => void)[] = [
    () => jest.useFakeTimers().setSystemTime(Date.now() + 60_000),
    () => jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 60_000),
  ];
  for (const move of moves) {
    const [byDefault, byDate] = [new LruCache({ ttl: 1000 }), new LruCache({ ttl: 1000, clock: () => Date.now() })];
    for (const cache of [byDefault, byDate]) cache.set('a', 1);
    move();
    expect([byDefault.has('a'), byDate.has('a')]).toEqual([true, false]);
    jest.useRealTimers();
    jest.restoreAllMocks();
  }
});

test('fake timers that leave performance.now alone change no time', () => {
  const cache = new LruCache<string, number>({ ttl: 10_000 });
  cache.set('a', 1);
  jest.useFakeTimers({ doNotFake: ['performance'] });
  for (let i = 0; i < 3; i++) expect(cache.expiresIn('a')).toBeGreaterThan(9000);
});

test('a clock that calls what reads it gives no call the result of another', () => {
  const clock = new ActingClock();
  jest.spyOn(performance, 'now').mockImplementation(clock.now);
  const calls: ((id: number) => readonly unknown[])[] = [
    (id) => [id],
    (id) => [id, 'x'],
    (id) => [id, 'x', true],
    (id) => [id, 0, 0, 0],
    (id) => [{ id }],
  ];
  for (const argsOf of calls) {
    const load = jest.fn((...args: readonly unknown[]) => JSON.stringify(args));
    // As many parameters as arguments, for which there are wrappers of their own.
    Object.defineProperty(load, 'length', { value: argsOf(0).length });
    const get = memoize(load, { capacity: 5, ttl: 1000 });
    for (let id = 0; id < 5; id++) get(...argsOf(id));
    load.mockClear();
    clock.act = () => get(...argsOf(99));
    expect(get(...argsOf(4))).toBe(JSON.stringify(argsOf(4)));
    // Only the clock's own call was no hit.
    expect(load.mock.calls).toEqual([argsOf(99)]);
  }
});

test('a clock that makes the very call begins no second load of it', async () => {
  const asynchronous: CachedOptions[] = [{}, { timeout: 1000 }, { staleWhileRevalidate: 1000 }];
  for (const [options, reading] of asynchronous.flatMap((each) => [0, 1, 2, 3].map((n) => [each, n] as const))) {
    const clock = new ActingClock();
    const source = new Source<string>();
    const get = memoize((key: string) => source.load(key), { ttl: 10, clock: clock.now, ...options });
    for (const time of [0, 10]) {
      clock.time = time;
      const calls: Promise<string>[] = [];
      /** Has a reading to come make the call. */
      const actAt = (n: number) => {
        clock.act = () => {
          if (n > 0) actAt(n - 1);
          else calls.push(get('k'));
        };
      };
      actAt(reading);
      calls.push(get('k'));
      clock.act = () => {};
      await settle();
      expect(source.runs).toHaveLength(time / 10 + 1);
      await source.give('value');
      await Promise.all(calls);
    }
  }
});

test('a clock that makes calls while a dead entry is missed has no result stored for another call', () => {
  const clock = new ActingClock();
  jest.spyOn(performance, 'now').mockImplementation(clock.now);
  const get = memoize((row: { id: number }) => `row ${row.id}`, { capacity: 2, ttl: 1000 });
  get({ id: 1 });
  clock.time = 5000;
  clock.act = () => get({ id: 2 });
  expect([get({ id: 1 }), get({ id: 2 })]).toEqual(['row 1', 'row 2']);
});

test('a reading of a clock that stood in for the platform is not used after it has gone', async () => {
  const cache = new LruCache<string, number>({ ttl: 100 });
  const spy = jest.spyOn(performance, 'now').mockReturnValue(performance.now() + 1e6);
  cache.set('a', 1);
  spy.mockRestore();
  cache.set('b', 1);
  await nextJob();
  expect(cache.expiresIn('b')).toBeLessThanOrEqual(100);
});

test('what is set after a miss lives its whole life, however long its making blocked', async () => {
  const looks: ((cache: LruCache<string, number>) => unknown)[] = [
    (cache) => cache.get('a') ?? false,
    (cache) => cache.peek('a') ?? false,
    (cache) => cache.has('a'),
  ];
  const other = new LruCache<string, number>({ ttl: 1000 });
  const filled = new LruCache<string, number>({ ttl: 1000 }).set('b', 1);
  for (const look of looks) {
    for (const cache of [filled, new LruCache<string, number>({ ttl: 1000 }), new LruCache<string, number>()]) {
      // Takes a reading, which is in use from then on.
      other.set('a', 1).get('a');
      cache.delete('a');
      if (!look(cache)) {
        wait(200);
        cache.set('a', 1, { ttl: 1000 });
      }
      await nextJob();
      expect(cache.expiresIn('a')).toBeGreaterThan(850);
    }
  }
});

test('what is put lives its whole life, however long it was since a look', async () => {
  const get = memoize((n: number) => n, { ttl: 1000 });
  const cache = cacheOf(get);
  get(0);
  cache.has(0);
  wait(200);
  cache.put([1], 1);
  await nextJob();
  expect(cache.explain(1).expiresIn).toBeGreaterThan(850);
});

test('nothing is scheduled while nothing can die', () => {
  const scheduled = jest.spyOn(globalThis, 'setTimeout');
  const cache = new LruCache<number, number>({ capacity: 10 });
  const fn = memoize((n: number) => n);
  for (let i = 0; i < 100; i++) {
    cache.set(i, i);
    cache.get(i);
    fn(i % 20);
  }
  expect(scheduled).not.toHaveBeenCalled();
});

test('a global clock or timer that is missing is replaced by the one of the time of loading', () => {
  const cache = new LruCache<string, number>({ ttl: 50 });
  const found = new Set<unknown>();
  for (const name of ['performance', 'setTimeout', 'Date']) {
    const own = Object.getOwnPropertyDescriptor(globalThis, name)!;
    delete (globalThis as Record<string, unknown>)[name];
    try {
      cache.set(name, 1);
      for (let look = 0; look < 200; look++) found.add(cache.get(name));
    } finally {
      Object.defineProperty(globalThis, name, own);
    }
  }
  expect([...found]).toEqual([1]);
  wait(55);
  for (let look = 0; look < 64; look++) cache.get('Date');
  expect(cache.get('Date')).toBe(undefined);
});
