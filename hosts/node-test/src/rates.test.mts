import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { cacheOf } from 'memokit';
import { clearBetweenTests, isolate } from 'memokit/testing';
import { loads, Rates } from './rates.mjs';

const rates = new Rates();

clearBetweenTests(afterEach);
beforeEach(() => {
  loads.splice(0);
});

for (const turn of ['first', 'second']) {
  test(`the ${turn} of two tests finds no entry of the other`, async () => {
    await rates.get('EUR');
    await rates.get('EUR');
    assert.deepEqual(loads, ['get EUR']);
  });
}

test('isolate forgets what it has stored', async () => {
  await isolate(() => rates.get('EUR'));
  assert.equal(cacheOf(rates, 'get').size, 0);
});

test('a ttl ends with mocked timers', async ({ mock }) => {
  mock.timers.enable({ apis: ['Date'], now: Date.now() });
  const first = await rates.get('EUR');
  mock.timers.tick(59_999);
  assert.equal(await rates.get('EUR'), first);
  mock.timers.tick(1);
  assert.notEqual(await rates.get('EUR'), first);
});

test('an old value answers while it is loaded again', async ({ mock }) => {
  mock.timers.enable({ apis: ['Date'], now: Date.now() });
  const first = await rates.old('EUR');
  mock.timers.tick(60_000);
  assert.equal(await rates.old('EUR'), first);
  await Promise.resolve();
  assert.notEqual(await rates.old('EUR'), first);
});

test('without the option clock, no mocked timer ends a ttl', async ({ mock }) => {
  mock.timers.enable({ apis: ['Date', 'setTimeout', 'setInterval', 'setImmediate'], now: Date.now() });
  const first = await rates.withoutClock('EUR');
  mock.timers.tick(120_000);
  assert.equal(await rates.withoutClock('EUR'), first);
});

test('mocked timers end a load that takes too long', async ({ mock }) => {
  mock.timers.enable({ apis: ['setTimeout'] });
  const call = assert.rejects(rates.hang(), { code: 'MEMOKIT_TIMEOUT' });
  mock.timers.tick(5000);
  await call;
});

test('mocked timers do not hold a batch up', async ({ mock }) => {
  mock.timers.enable();
  assert.deepEqual(await Promise.all([rates.one(1), rates.one(2)]), ['rate 1', 'rate 2']);
  assert.deepEqual(loads, ['getMany 1,2']);
});

test('a mocked method of an instance is above the cache, and restoring it leaves the cache', async ({ mock }) => {
  const spy = mock.method(rates, 'get');
  await rates.get('EUR');
  await rates.get('EUR');
  assert.equal(spy.mock.callCount(), 2);
  assert.deepEqual(loads, ['get EUR']);
  spy.mock.mockImplementation(async () => 'mock');
  assert.equal(await rates.get('EUR'), 'mock');
  spy.mock.restore();
  await rates.get('EUR');
  assert.deepEqual(loads, ['get EUR']);
});

test('a write evicts below a mocked method of an instance', async ({ mock }) => {
  mock.method(rates, 'get');
  await rates.get('EUR');
  await rates.set('EUR');
  await rates.get('EUR');
  assert.deepEqual(loads, ['get EUR', 'set EUR', 'get EUR']);
});

test('a write evicts below a mocked method of the prototype', async ({ mock }) => {
  // What node:test has restored on an instance stays a property of that instance, above the prototype.
  const rates = new Rates();
  const spy = mock.method(Rates.prototype, 'get');
  await rates.get('EUR');
  await rates.set('EUR');
  await rates.get('EUR');
  assert.deepEqual(loads, ['get EUR', 'set EUR', 'get EUR']);
  assert.equal(spy.mock.callCount(), 2);
  assert.equal(cacheOf(rates, 'get').size, 1);
});
