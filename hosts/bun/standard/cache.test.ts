import { afterEach, expect, jest, setSystemTime, test } from 'bun:test';
import { cacheOf, memoize } from 'memokit';
import { clearBetweenTests } from 'memokit/testing';

clearBetweenTests(afterEach);
const price = memoize((item: string) => ({ item }), { ttl: 60_000 });
const byDate = memoize((item: string) => ({ item }), { ttl: 60_000, clock: () => Date.now() });

test('a test stores a price', () => {
  expect(price('tea')).toBe(price('tea'));
});

test('the next test finds the caches empty', () => {
  expect(cacheOf(price).size).toBe(0);
});

test('setSystemTime moves only Date, and ends a ttl that is told to read it', () => {
  const [first, other] = [price('tea'), byDate('tea')];
  setSystemTime(new Date(Date.now() + 60_000));
  expect(price('tea')).toBe(first);
  expect(byDate('tea')).not.toBe(other);
  setSystemTime();
});

test('fake timers end a ttl', () => {
  jest.useFakeTimers();
  const first = price('tea');
  jest.advanceTimersByTime(59_999);
  expect(price('tea')).toBe(first);
  jest.advanceTimersByTime(1);
  expect(price('tea')).not.toBe(first);
  jest.useRealTimers();
});
