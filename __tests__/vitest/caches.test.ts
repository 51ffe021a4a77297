import { cacheOf, memoize } from 'memokit';
import { clearBetweenTests, disableCaching, isolate, settled } from 'memokit/testing';
import { afterEach, expect, test, vi } from 'vitest';

/** Tests of a program that caches, as its authors would write them with vitest; in this order. */
const load = vi.fn((n: number) => n * n);
const square = memoize(load, { ttl: 1000 });

clearBetweenTests(afterEach);
afterEach(() => {
  vi.useRealTimers();
  load.mockClear();
});

for (const turn of ['first', 'second']) {
  test(`a test finds no result of another: the ${turn} of two`, () => {
    square(3);
    square(3);
    expect(load).toHaveBeenCalledTimes(1);
  });
}

test('what is isolated is forgotten', async () => {
  expect(await isolate(async () => square(3))).toBe(9);
  expect(cacheOf(square).size).toBe(0);
});

test('no call is answered from a cache while caching is disabled', () => {
  const enable = disableCaching();
  square(3);
  square(3);
  enable();
  expect(load).toHaveBeenCalledTimes(2);
  expect(cacheOf(square).size).toBe(0);
});

test('settled waits for a load that sleeps under fake timers', async () => {
  vi.useFakeTimers();
  const sleepy = memoize((n: number) => new Promise<number>((resolve) => setTimeout(() => resolve(n), 1000)));
  sleepy(3);
  const waiting = settled();
  vi.advanceTimersByTime(1000);
  await waiting;
  expect(cacheOf(sleepy).size).toBe(1);
});

for (const toFake of [
  undefined,
  ['performance', 'setTimeout'],
  ['nextTick', 'queueMicrotask', 'setImmediate'],
] as const) {
  test(`fake timers hold no batch up, and clear what they were on for: ${toFake ?? 'the default ones'}`, async () => {
    vi.useFakeTimers(toFake && { toFake: [...toFake] });
    const get = memoize.many((ids: readonly number[]) => ids.map((id) => load(id)));
    expect(await Promise.all([get(1), get(2)])).toEqual([1, 4]);
    square(4);
    expect(cacheOf(square).size).toBe(1);
  });
}

test('fake timers end a ttl', () => {
  vi.useFakeTimers();
  square(3);
  vi.advanceTimersByTime(999);
  expect(cacheOf(square).size).toBe(1);
  vi.advanceTimersByTime(1);
  expect(cacheOf(square).size).toBe(0);
});

test('a time that only Date tells does not end a ttl', () => {
  const moves = [
    () => vi.setSystemTime(Date.now() + 60_000),
    () => vi.useFakeTimers({ toFake: ['Date'] }).advanceTimersByTime(60_000),
  ];
  for (const move of moves) {
    square(3);
    move();
    expect(cacheOf(square).size).toBe(1);
    vi.useRealTimers();
  }
});
