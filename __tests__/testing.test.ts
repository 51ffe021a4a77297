import { afterEach, expect, jest, test } from '@jest/globals';
import { cached, cacheOf, memoize } from 'memokit';
import { type AfterEach, clearBetweenTests, isolate } from 'memokit/testing';
import { error } from './support/error.js';

const load = jest.fn((id: number) => ({ id }));
class Users {
  @cached()
  get(id: number) {
    return load(id);
  }
}
const users = new Users();
const square = memoize((n: number) => n * n);

/** A runner whose tests have ended when it is told so. */
function runner() {
  const hooks: (() => unknown)[] = [];
  return { afterEach: (hook: () => unknown) => hooks.push(hook), endTest: () => hooks.map((hook) => hook()) };
}

clearBetweenTests(afterEach);

for (const turn of ['first', 'second']) {
  test(`a test finds no result of another: the ${turn} of two`, () => {
    load.mockClear();
    expect(users.get(1)).toBe(users.get(1));
    expect(load).toHaveBeenCalledTimes(1);
    expect(cacheOf(users, 'get').size).toBe(1);
  });
}

test('every cache is cleared between tests, of each receiver and function', () => {
  const { afterEach, endTest } = runner();
  clearBetweenTests(afterEach);
  const other = new Users();
  users.get(1);
  other.get(2);
  square(3);
  expect(endTest()).toEqual([undefined]);
  expect([cacheOf(users, 'get').size, cacheOf(other, 'get').size, cacheOf(square).size]).toEqual([0, 0, 0]);
});

test('what one test is still loading is not stored for the next', async () => {
  const { afterEach, endTest } = runner();
  clearBetweenTests(afterEach);
  let finish!: (value: number) => void;
  const slow = memoize(
    (_id: number) =>
      new Promise<number>((resolve) => {
        finish = resolve;
      }),
  );
  const loading = slow(1);
  endTest();
  finish(5);
  expect(await loading).toBe(5);
  expect(cacheOf(slow).size).toBe(0);
});

test('without an argument the afterEach of the runner is the global one', () => {
  const { afterEach, endTest } = runner();
  const own = (globalThis as { afterEach?: AfterEach }).afterEach;
  Object.assign(globalThis, { afterEach });
  try {
    clearBetweenTests();
  } finally {
    Object.assign(globalThis, { afterEach: own });
  }
  square(3);
  endTest();
  expect(cacheOf(square).size).toBe(0);
});

test('a runner without afterEach is refused, with what to do', () => {
  const message = (got: string) =>
    `afterEach: expected the test runner's function, as a global or in clearBetweenTests(afterEach), but got: ${got}`;
  const own = (globalThis as { afterEach?: AfterEach }).afterEach;
  Object.assign(globalThis, { afterEach: undefined });
  try {
    expect(() => clearBetweenTests()).toThrow(error({ code: 'MEMOKIT_BAD_ARGUMENT', message: message('undefined') }));
  } finally {
    Object.assign(globalThis, { afterEach: own });
  }
  const hooks = { afterEach } as unknown as AfterEach;
  expect(() => clearBetweenTests(hooks)).toThrow(error({ code: 'MEMOKIT_BAD_ARGUMENT', message: message('object') }));
});

test('what is isolated meets empty caches, and leaves them empty', () => {
  square(2);
  const sizes = isolate(() => {
    const before = cacheOf(square).size;
    square(3);
    square(4);
    return [before, cacheOf(square).size];
  });
  expect(sizes).toEqual([0, 2]);
  expect(cacheOf(square).size).toBe(0);
});

test('an isolated async function keeps its entries until its promise has settled', async () => {
  const failure = new Error('failure');
  const run = (fails: boolean) =>
    isolate(async () => {
      square(3);
      await null;
      expect(cacheOf(square).size).toBe(1);
      if (fails) throw failure;
      return 'done';
    });
  expect(await run(false)).toBe('done');
  expect(cacheOf(square).size).toBe(0);
  await expect(run(true)).rejects.toBe(failure);
  expect(cacheOf(square).size).toBe(0);
});

test('what an isolated function throws passes through, after the caches were emptied', () => {
  const failure = new Error('failure');
  const fails = () =>
    isolate(() => {
      square(3);
      throw failure;
    });
  expect(fails).toThrow(failure);
  expect(cacheOf(square).size).toBe(0);
  expect(() => isolate(5 as never)).toThrow(
    error({ code: 'MEMOKIT_BAD_ARGUMENT', message: 'run: expected a function, but got: number 5' }),
  );
});

/** Both runners have their fake timers from one package; vitest leaves ticks and promise jobs alone by default. */
for (const [name, doNotFake] of [
  ['jest', []],
  ['vitest', ['nextTick', 'queueMicrotask']],
] as const) {
  test(`clearing and isolating work under the fake timers of ${name}, whose time ends a ttl`, async () => {
    jest.useFakeTimers({ doNotFake: [...doNotFake] });
    try {
      const { afterEach, endTest } = runner();
      clearBetweenTests(afterEach);
      const lived = memoize((n: number) => n, { ttl: 1000 });
      const later = memoize(async (n: number) => n, { ttl: 1000 });
      lived(1);
      jest.advanceTimersByTime(999);
      expect(cacheOf(lived).size).toBe(1);
      jest.advanceTimersByTime(1);
      expect(cacheOf(lived).size).toBe(0);
      lived(1);
      endTest();
      expect(cacheOf(lived).size).toBe(0);
      expect(await isolate(() => later(7))).toBe(7);
      expect(cacheOf(later).size).toBe(0);
      expect(jest.getTimerCount()).toBe(0);
    } finally {
      jest.useRealTimers();
    }
  });
}
