import { expect, jest, test } from '@jest/globals';
import { cacheOf, memoize } from 'memokit';
import { settled } from 'memokit/testing';

/** A source whose loads end when the test says so. */
function source<V>() {
  const finish: ((value: V) => void)[] = [];
  const fail: ((error: unknown) => void)[] = [];
  const load = (_id: number) =>
    new Promise<V>((resolve, reject) => {
      finish.push(resolve);
      fail.push(reject);
    });
  return { load, finish, fail };
}

/** Whether a promise has been fulfilled, told after many turns. */
async function isFulfilled(promise: Promise<unknown>): Promise<boolean> {
  let result = false;
  promise.then(() => {
    result = true;
  });
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => process.nextTick(resolve));
  return result;
}

test('settled resolves where nothing is in flight', async () => {
  expect(await settled()).toBe(undefined);
  memoize((id: number) => id)(1);
  expect(await isFulfilled(settled())).toBe(true);
});

test('settled waits for a reload in the background, whose result is stored then', async () => {
  let now = 0;
  let loads = 0;
  const get = memoize(async (_id: number) => ++loads, { ttl: 10, staleWhileRevalidate: 10, clock: () => now });
  await get(1);
  now = 15;
  expect(await get(1)).toBe(1);
  await settled();
  expect([cacheOf(get).explain(1).outcome, await get(1), loads]).toEqual(['hit', 2, 2]);
});

for (const [kind, options] of [
  ['plain', {}],
  ['resilient', { ttl: 60_000, staleIfError: 60_000 }],
] as const) {
  test(`settled waits until every load has ended, and for no longer: ${kind}`, async () => {
    const { load, finish } = source<string>();
    const get = memoize(load, options);
    const results = [get(1), get(2)];
    const waiting = settled();
    finish[0]!('one');
    expect(await isFulfilled(waiting)).toBe(false);
    finish[1]!('two');
    await waiting;
    expect([cacheOf(get).size, await Promise.all(results)]).toEqual([2, ['one', 'two']]);
    expect(await isFulfilled(settled())).toBe(true);
  });

  test(`settled waits for loads that begin while it waits, by loads and by those who wait for them: ${kind}`, async () => {
    const sources = [source<string>(), source<string>(), source<string>()] as const;
    const [first, second, third] = sources.map(({ load }) => memoize(load, options));
    const nested = memoize(async (id: number) => `${await first!(id)}!`, options);
    const chain = nested(1)
      .then(() => null)
      .then(async () => second!(1))
      .finally(() => {})
      .then(() => void third!(1));
    const waiting = settled();
    for (const { finish } of sources) {
      expect(await isFulfilled(waiting)).toBe(false);
      expect(finish.length).toBe(1);
      finish[0]!('a value');
    }
    await waiting;
    await chain;
    expect([nested, first!, second!, third!].map((fn) => cacheOf(fn).size)).toEqual([1, 1, 1, 1]);
  });

  test(`settled does not reject where a load fails: ${kind}`, async () => {
    const { load, fail } = source<string>();
    const get = memoize(load, options);
    const result = get(1).catch((error) => error);
    const waiting = settled();
    const failure = new Error('failure');
    fail[0]!(failure);
    expect([await waiting, await result]).toEqual([undefined, failure]);
  });
}

test('settled waits for batches, and for a promise that was put', async () => {
  const { load, finish } = source<readonly string[]>();
  const get = memoize.many((ids: readonly number[]) => load(ids[0]!));
  const results = [get(1), get(2)];
  const waiting = settled();
  expect(await isFulfilled(waiting)).toBe(false);
  finish[0]!(['one', 'two']);
  await waiting;
  expect([cacheOf(get).size, await Promise.all(results)]).toEqual([2, ['one', 'two']]);
  const given = source<string>();
  cacheOf(get).put([3], given.load(3));
  const again = settled();
  expect(await isFulfilled(again)).toBe(false);
  given.finish[0]!('three');
  await again;
  expect(cacheOf(get).peek(3)).toBeInstanceOf(Promise);
});

test('a load whose timeout has passed has ended for settled', async () => {
  jest.useFakeTimers();
  try {
    const get = memoize((_id: number) => new Promise<string>(() => {}), { timeout: 1000 });
    const result = get(1).catch(({ code }) => code);
    const waiting = settled();
    jest.advanceTimersByTime(1000);
    expect([await waiting, await result]).toEqual([undefined, 'MEMOKIT_TIMEOUT']);
  } finally {
    jest.useRealTimers();
  }
});

/** Both runners have their fake timers from one package; vitest leaves ticks and promise jobs alone by default. */
for (const [name, doNotFake] of [
  ['jest', []],
  ['vitest', ['nextTick', 'queueMicrotask']],
] as const) {
  test(`settled sets no timer and works under the fake timers of ${name}`, async () => {
    jest.useFakeTimers({ doNotFake: [...doNotFake] });
    try {
      const sleepy = memoize(async (id: number) => {
        await new Promise((resolve) => setTimeout(resolve, 1000));
        return id;
      });
      sleepy(1);
      let isDone = false;
      const waiting = settled().then(() => {
        isDone = true;
      });
      expect(jest.getTimerCount()).toBe(1);
      for (let turn = 0; turn < 20; turn++) await null;
      expect(isDone).toBe(false);
      jest.advanceTimersByTime(1000);
      await waiting;
      expect(cacheOf(sleepy).size).toBe(1);
    } finally {
      jest.useRealTimers();
    }
  });
}
