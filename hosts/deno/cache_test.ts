import assert from 'node:assert/strict';
import { cacheOf, memoize } from 'memokit';
import { isolate } from 'memokit/testing';

const now = { time: 0 };
const price = memoize((item: string) => ({ item }), { ttl: 60_000, clock: () => now.time });

Deno.test('a clock ends a ttl', () => {
  const first = price('tea');
  now.time = 59_999;
  assert.equal(price('tea'), first);
  now.time = 60_000;
  assert.notEqual(price('tea'), first);
});

Deno.test('isolate empties the caches', () => {
  isolate(() => assert.equal(cacheOf(price).size, 0));
});

// Deno fails a test that leaves a timer behind.
Deno.test('a load with a timeout leaves no timer', async () => {
  const load = memoize(async (id: number) => id, { timeout: 60_000, ttl: 60_000 });
  assert.equal(await load(1), 1);
  assert.equal(await load(1), 1);
});
