import assert from 'node:assert/strict';
import { cacheOf } from 'memokit';
import { clearBetweenTests, isolate } from 'memokit/testing';
import sinon from 'sinon';
import { loads, Rates } from './rates.js';

const rates = new Rates();

clearBetweenTests();
beforeEach(() => {
  loads.splice(0);
});
afterEach(() => {
  sinon.restore();
});

for (const turn of ['first', 'second']) {
  it(`the ${turn} of two tests finds no entry of the other`, async () => {
    await rates.get('EUR');
    await rates.get('EUR');
    assert.deepEqual(loads, ['get EUR']);
  });
}

it('isolate forgets what it has stored', async () => {
  await isolate(() => rates.get('EUR'));
  assert.equal(cacheOf(rates, 'get').size, 0);
});

it('fake timers end a ttl', async () => {
  const clock = sinon.useFakeTimers();
  const first = await rates.get('EUR');
  clock.tick(59_999);
  assert.equal(await rates.get('EUR'), first);
  clock.tick(1);
  assert.notEqual(await rates.get('EUR'), first);
});

it('fake timers end a ttl that has begun before them', async () => {
  const first = await rates.get('EUR');
  const clock = sinon.useFakeTimers();
  assert.equal(await rates.get('EUR'), first);
  clock.tick(60_001);
  assert.notEqual(await rates.get('EUR'), first);
});

it('an old value answers while it is loaded again', async () => {
  const clock = sinon.useFakeTimers();
  const first = await rates.old('EUR');
  await clock.tickAsync(60_000);
  assert.equal(await rates.old('EUR'), first);
  await clock.tickAsync(0);
  assert.notEqual(await rates.old('EUR'), first);
});

it('fake timers end a load that takes too long', async () => {
  const clock = sinon.useFakeTimers();
  const call = assert.rejects(rates.hang(), { code: 'MEMOKIT_TIMEOUT' });
  clock.tick(5000);
  await call;
});

it('fake timers do not hold a batch up', async () => {
  sinon.useFakeTimers();
  assert.deepEqual(await Promise.all([rates.one(1), rates.one(2)]), ['rate 1', 'rate 2']);
  assert.deepEqual(loads, ['getMany 1,2']);
});

it('another date alone does not end a ttl', async () => {
  const clock = sinon.useFakeTimers({ toFake: ['Date'] });
  const first = await rates.get('EUR');
  clock.tick(120_000);
  assert.equal(await rates.get('EUR'), first);
});

it('a spy on an instance is above the cache, and restoring it leaves the cache', async () => {
  const spy = sinon.spy(rates, 'get');
  await rates.get('EUR');
  await rates.get('EUR');
  assert.equal(spy.callCount, 2);
  spy.restore();
  await rates.get('EUR');
  assert.deepEqual(loads, ['get EUR']);
});

it('a write evicts below a spy on an instance', async () => {
  sinon.spy(rates, 'get');
  await rates.get('EUR');
  await rates.set('EUR');
  await rates.get('EUR');
  assert.deepEqual(loads, ['get EUR', 'set EUR', 'get EUR']);
});

it('a write evicts below a spy on the prototype', async () => {
  const spy = sinon.spy(Rates.prototype, 'get');
  await rates.get('EUR');
  await rates.set('EUR');
  await rates.get('EUR');
  assert.deepEqual(loads, ['get EUR', 'set EUR', 'get EUR']);
  assert.equal(spy.callCount, 2);
  assert.equal(cacheOf(rates, 'get').size, 1);
});

it('a stub of the class stands in for its cached methods', async () => {
  const stub = sinon.createStubInstance(Rates);
  stub.get.resolves('stub');
  assert.equal(await stub.get('EUR'), 'stub');
  assert.deepEqual(loads, []);
});
