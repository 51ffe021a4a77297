/** The fake timers of node:test leave `performance.now` alone, so a cache under test is given another clock. */
import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { cacheOf, memoize } from 'memokit';
import { clearBetweenTests } from 'memokit/testing';

clearBetweenTests(afterEach);
const price = memoize((item: string) => ({ item }), { ttl: 1000, clock: () => Date.now() });

test('a mocked Date ends a ttl', ({ mock }) => {
  mock.timers.enable({ apis: ['Date'], now: Date.now() });
  const first = price('tea');
  mock.timers.tick(999);
  assert.equal(price('tea'), first);
  mock.timers.tick(1);
  assert.notEqual(price('tea'), first);
});

test('a timeout is not held up by mocked timers that tick', async ({ mock }) => {
  mock.timers.enable({ apis: ['setTimeout'] });
  const slow = memoize(() => new Promise<never>(() => {}), { name: 'slow', timeout: 50 });
  const call = assert.rejects(slow(), { code: 'MEMOKIT_TIMEOUT' });
  mock.timers.tick(50);
  await call;
});

test('a test finds the caches empty', () => {
  assert.equal(cacheOf(price).size, 0);
});
