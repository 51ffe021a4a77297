import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { type CachedOptions, cached, cacheOf, memoize, setWaitUntil, TimeoutError } from 'memokit';
import { run } from './support/run.js';
import { Source, settle } from './support/source.js';

/**
 * What memokit does where a platform cancels the loads and the timers of a request that has ended. No test advances the
 * fake timers: they are the timers of such a request.
 */

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['nextTick'] });
});

afterEach(() => {
  jest.useRealTimers();
});

/** A memoized source of strings with a timeout of 100 ms, whose time is that of the source. */
function memoized(options: CachedOptions = {}) {
  const source = new Source<string>();
  const get = memoize((key: string) => source.load(key), { timeout: 100, clock: source.clock, ...options });
  return { source, get, cache: cacheOf(get) };
}

test('a call that finds a load past its timeout begins a new one, and the waiting callers get a TimeoutError', async () => {
  const { source, get, cache } = memoized();
  const first = failed(get('k'));
  source.now = 99;
  const second = failed(get('k'));
  expect([source.runs.length, cache.explain('k').outcome]).toEqual([1, 'loading']);
  source.now = 1100;
  expect(cache.explain('k').outcome).toBe('miss');
  const third = get('k');
  expect([source.runs.length, cache.explain('k').outcome]).toEqual([2, 'loading']);
  expect(await Promise.all([first, second])).toEqual([expect.any(TimeoutError), expect.any(TimeoutError)]);
  await source.give('new');
  expect(await third).toBe('new');
  expect(cache.stats()).toMatchObject({
    hits: 1,
    misses: 2,
    coalesced: 1,
    loads: 1,
    loadErrors: 1,
    totalLoadTime: 1100,
  });
});

test('a load that was found overdue stores nothing when it ends after all', async () => {
  const { source, get, cache } = memoized();
  const first = failed(get('k'));
  source.now = 1100;
  const second = get('k');
  source.runs[0]!.resolve('old');
  await settle();
  expect([await first, cache.size]).toEqual([expect.any(TimeoutError), 0]);
  await source.give('new');
  source.now = 2000;
  expect([await second, await get('k'), source.runs.length]).toEqual(['new', 'new', 2]);
});

test('an overdue load is told to on.error once, and its failure is not remembered', async () => {
  const errors: unknown[] = [];
  const { source, get } = memoized({ errorTtl: 1e6, on: { error: ({ error }) => errors.push(error) } });
  const first = failed(get('k'));
  source.now = 1100;
  const second = get('k');
  await source.give('new');
  expect(await second).toBe('new');
  await first;
  jest.advanceTimersByTime(1000);
  expect(errors).toEqual([expect.any(TimeoutError)]);
});

test('an overdue load begins anew once, however many callers find it', async () => {
  const { source, get } = memoized();
  const first = failed(get('k'));
  source.now = 1250;
  const calls = [get('k'), get('k'), get('k')];
  await source.give('new');
  expect([await Promise.all(calls), source.runs.length]).toEqual([['new', 'new', 'new'], 2]);
  await first;
});

test('a listener that calls again when an overdue load ends begins the new load, which the call joins', async () => {
  const again: Promise<string>[] = [];
  const { source, get } = memoized({ on: { error: () => again.push(get('k')) } });
  const first = failed(get('k'));
  source.now = 1100;
  const call = get('k');
  expect(source.runs).toHaveLength(2);
  await source.give('new');
  expect([await call, await again[0], await first]).toEqual(['new', 'new', expect.any(TimeoutError)]);
});

for (const options of [{ staleWhileRevalidate: 1e6 }, { refreshAhead: 0.5, staleIfError: 1e6 }]) {
  test(`a hit begins a new reload when the last one is past its timeout: ${Object.keys(options)[0]}`, async () => {
    const { source, get, cache } = memoized({ ttl: 10_000, ...options });
    const first = get('k');
    await source.give('old');
    await first;
    source.now = 'refreshAhead' in options ? 5000 : 10_000;
    expect([await get('k'), source.runs.length]).toEqual(['old', 2]);
    source.now += 1099;
    expect([await get('k'), source.runs.length]).toEqual(['old', 2]);
    source.now += 1;
    expect([await get('k'), source.runs.length]).toEqual(['old', 3]);
    await source.give('new');
    expect([await get('k'), source.runs.length]).toEqual(['new', 3]);
    expect(cache.stats()).toMatchObject({ misses: 1, loads: 2, loadErrors: 1 });
  });
}

test('callers of an overdue reload get the old value that staleIfError allows', async () => {
  const { source, get } = memoized({ ttl: 10, staleIfError: 1e6 });
  const first = get('k');
  await source.give('old');
  await first;
  source.now = 1010;
  const waiting = get('k');
  source.now = 2110;
  const next = get('k');
  expect(source.runs).toHaveLength(3);
  expect(await waiting).toBe('old');
  await source.give('new');
  expect(await next).toBe('new');
});

test('the signal of an overdue load is aborted, and a platform that refuses that breaks no call', async () => {
  const { source, get } = memoized({ signal: (_key: string, signal?: AbortSignal) => signal } as CachedOptions);
  const call = get as (key: string, signal?: AbortSignal) => Promise<string>;
  const abort = jest.spyOn(AbortController.prototype, 'abort').mockImplementation(() => {
    throw new Error('the signal belongs to another request');
  });
  const first = failed(call('k', new AbortController().signal));
  source.now = 1100;
  const second = call('k');
  expect(abort).toHaveBeenCalledWith(expect.any(TimeoutError));
  abort.mockRestore();
  await source.give('new');
  expect([await second, await first]).toEqual(['new', expect.any(TimeoutError)]);
});

test('a load that calls itself past its timeout still gets a RecursionError', async () => {
  let now = 0;
  const get: (n: number) => Promise<number> = memoize(
    async (n: number) => {
      now = 10_000;
      return get(n);
    },
    { timeout: 100, clock: () => now },
  );
  expect(await failed(get(1))).toMatchObject({ code: 'MEMOKIT_RECURSION' });
});

test('without a timeout callers wait for a load however long it takes, and for a promise that was put', async () => {
  const { source, get } = memoized({ timeout: Infinity, staleWhileRevalidate: 1, ttl: 1e9 });
  const first = get('k');
  source.now = 1e8;
  const second = get('k');
  await source.give('v');
  expect([await first, await second, source.runs.length]).toEqual(['v', 'v', 1]);
  const other = memoized();
  let fulfil!: (value: string) => void;
  other.source.now = 10_000;
  other.cache.put(['k'], new Promise<string>((resolve) => (fulfil = resolve)));
  const joined = other.get('k');
  fulfil('put');
  expect([await joined, other.source.runs.length]).toEqual(['put', 0]);
});

test('a batch that is past the timeout is loaded anew, each key in the next batch', async () => {
  let now = 0;
  const lists: (readonly number[])[] = [];
  class Users {
    @cached({ many: 'getMany', timeout: 100, clock: () => now })
    async get(_id: number): Promise<number> {
      throw new Error('never called');
    }
    getMany(ids: readonly number[]) {
      lists.push(ids);
      return lists.length === 1 ? new Promise<number[]>(() => {}) : ids.map((id) => id * 2);
    }
  }
  const users = new Users();
  const first = [failed(users.get(1)), failed(users.get(2))];
  await turn();
  now = 1100;
  expect(await Promise.all([users.get(2), users.get(1), users.get(3)])).toEqual([4, 2, 6]);
  expect(lists).toEqual([
    [1, 2],
    [2, 1, 3],
  ]);
  expect(await Promise.all(first)).toEqual([expect.any(TimeoutError), expect.any(TimeoutError)]);
  expect(cacheOf(users, 'get').stats()).toMatchObject({ misses: 5, loads: 3, loadErrors: 2 });
});

test('a batch whose turn never ended gets no more calls once it is past the timeout', async () => {
  const { process } = globalThis;
  const { nextTick } = process;
  // The platform of a memokit that is loaded now: its turns end when the test says so.
  const ends: (() => void)[] = [];
  process.nextTick = ((job: () => void) => ends.push(job)) as never;
  let copy!: typeof import('memokit');
  try {
    jest.isolateModules(() => {
      copy = require('memokit');
    });
  } finally {
    process.nextTick = nextTick;
  }
  let now = 0;
  const lists: (readonly number[])[] = [];
  const get = copy.memoize.many(
    (ids: readonly number[]) => {
      lists.push(ids);
      return ids.map((id) => id * 2);
    },
    { timeout: 100, clock: () => now },
  );
  const cancelled = failed(get(1));
  await settle();
  expect(ends.splice(0)).toHaveLength(1);
  now = 1100;
  const calls = [get(2), get(1), get(3)];
  await settle();
  expect(ends).toHaveLength(1);
  ends[0]!();
  expect([await Promise.all(calls), lists]).toEqual([[4, 2, 6], [[2, 1, 3]]]);
  expect(await cancelled).toMatchObject({ code: 'MEMOKIT_TIMEOUT' });
});

test('a living timer ends a load, whatever calls come in the second after its timeout', async () => {
  const { source, get } = memoized({ errorTtl: 1e6 });
  const first = failed(get('k'));
  source.now = 500;
  const second = failed(get('k'));
  jest.advanceTimersByTime(100);
  expect(await Promise.all([first, second, failed(get('k'))])).toEqual(Array(3).fill(expect.any(TimeoutError)));
  expect(source.runs).toHaveLength(1);
});

test('a caller that has joined a load whose timer is lost gets a TimeoutError by a timer of its own', async () => {
  const { source, get } = memoized();
  const first = failed(get('k'));
  jest.clearAllTimers();
  source.now = 60;
  const second = failed(get('k'));
  jest.advanceTimersByTime(39);
  await settle();
  expect(cacheOf(get).explain('k').outcome).toBe('loading');
  jest.advanceTimersByTime(1);
  expect(await Promise.all([first, second])).toEqual([expect.any(TimeoutError), expect.any(TimeoutError)]);
});

test('a refresh that finds one past its timeout begins anew, also where others wait for that one', async () => {
  const { source, get, cache } = memoized();
  get('k').catch(() => {});
  await source.give('old');
  const [lost, waiting] = [failed(cache.refresh('k')), cache.refresh('k')];
  source.now = 1100;
  const later = cache.refresh('k');
  expect([await lost, source.runs.length, await get('k')]).toEqual([expect.any(TimeoutError), 3, 'old']);
  await source.give('new');
  expect([await waiting, await later, await get('k'), source.runs.length]).toEqual(['new', 'new', 'new', 3]);
});

test('a refresh waits for one that was fenced, and whose timer is lost, no longer than its timeout', async () => {
  const { source, cache } = memoized();
  const lost = failed(cache.refresh('k'));
  cache.delete('k');
  jest.clearAllTimers();
  source.now = 60;
  const later = cache.refresh('k');
  jest.advanceTimersByTime(39);
  await settle();
  expect(source.runs).toHaveLength(1);
  jest.advanceTimersByTime(1);
  expect(await lost).toEqual(expect.any(TimeoutError));
  await settle();
  await source.give('new');
  expect([await later, source.runs.length]).toEqual(['new', 2]);
});

/** What `waitUntil` was given, and whether each promise was fulfilled. */
function platform() {
  const work: { isDone: boolean }[] = [];
  const waitUntil = (promise: Promise<unknown>) => {
    const each = { isDone: false };
    work.push(each);
    void promise.then(() => (each.isDone = true));
  };
  return { work, waitUntil };
}

for (const options of [{}, { timeout: 100 }]) {
  const kind = 'timeout' in options ? 'with a timeout' : 'without options for slow sources';
  test(`waitUntil is given each async load as it begins, once, and is kept waiting until the result is stored: ${kind}`, async () => {
    const { work, waitUntil } = platform();
    const { source, get, cache } = memoized({ timeout: Infinity, ...options, waitUntil });
    const calls = [get('k'), get('k')];
    expect(work).toEqual([{ isDone: false }]);
    await source.give('v');
    expect([await Promise.all(calls), work, cache.size]).toEqual([['v', 'v'], [{ isDone: true }], 1]);
    await get('k');
    expect(work).toHaveLength(1);
    const call = failed(get('failing'));
    await source.fail(new Error('the source is down'));
    expect([await call, work]).toEqual([new Error('the source is down'), [{ isDone: true }, { isDone: true }]]);
  });
}

test('waitUntil is given a reload in the background', async () => {
  const { work, waitUntil } = platform();
  const { source, get } = memoized({ ttl: 10, staleWhileRevalidate: 1e6, waitUntil });
  const first = get('k');
  await source.give('old');
  await first;
  source.now = 10;
  expect([await get('k'), work]).toEqual(['old', [{ isDone: true }, { isDone: false }]]);
  await source.give('new');
  expect([await get('k'), work]).toEqual(['new', [{ isDone: true }, { isDone: true }]]);
});

for (const options of [{}, { timeout: 100 }]) {
  const kind = 'timeout' in options ? 'with a timeout' : 'without options for slow sources';
  test(`waitUntil is given a refresh, and a wait for the one before it: ${kind}`, async () => {
    const { work, waitUntil } = platform();
    const { source, cache } = memoized({ timeout: Infinity, ...options, waitUntil });
    const refreshes = [cache.refresh('k'), cache.refresh('k')];
    expect(work).toEqual([{ isDone: false }, { isDone: false }]);
    await source.give('first');
    expect(work).toEqual([{ isDone: true }, { isDone: true }, { isDone: false }]);
    await source.give('second');
    expect([await Promise.all(refreshes), work[2]]).toEqual([['first', 'second'], { isDone: true }]);
  });
}

test('waitUntil is given the load of each key of a batch, and a promise that is put', async () => {
  const { work, waitUntil } = platform();
  const get = memoize.many(async (ids: readonly number[]) => ids.map((id) => id * 2), { waitUntil });
  const calls = Promise.all([get(1), get(2), get(2)]);
  expect(work).toHaveLength(2);
  expect([await calls, work]).toEqual([
    [2, 4, 4],
    [{ isDone: true }, { isDone: true }],
  ]);
  cacheOf(get).put([3], Promise.resolve(6));
  expect(work).toHaveLength(3);
});

test('waitUntil is never called for a synchronous method, nor for a method that throws', async () => {
  const { work, waitUntil } = platform();
  const square = memoize((n: number) => n * n, { waitUntil });
  const fail = memoize(
    (): Promise<number> => {
      throw new Error('no promise');
    },
    { waitUntil, timeout: 100 },
  );
  expect([square(2), square(2), () => fail()]).toEqual([4, 4, expect.any(Function)]);
  expect(fail).toThrow('no promise');
  cacheOf(square).put([3], 9);
  expect(work).toEqual([]);
});

test('an error of waitUntil goes to on.error, and the call goes on', async () => {
  const thrown = new Error('waitUntil outside of a request');
  const waitUntil = () => {
    throw thrown;
  };
  for (const timeout of [100, Infinity]) {
    const errors: unknown[] = [];
    const { source, get, cache } = memoized({ timeout, waitUntil, on: { error: ({ error }) => errors.push(error) } });
    const call = get('k');
    await source.give('v');
    expect([await call, cache.size, errors]).toEqual(['v', 1, [thrown]]);
  }
});

test('setWaitUntil sets the default, the option of a definition wins, and undefined removes the default', async () => {
  const [shared, own] = [platform(), platform()];
  const some = memoized();
  const other = memoized({ waitUntil: own.waitUntil });
  try {
    setWaitUntil(shared.waitUntil);
    void some.get('k');
    void other.get('k');
    expect([shared.work.length, own.work.length]).toEqual([1, 1]);
    expect(() => setWaitUntil(1 as never)).toThrow('waitUntil: expected a function, but got: number 1');
  } finally {
    setWaitUntil(undefined);
  }
  void some.get('l');
  expect(shared.work).toHaveLength(1);
});

test('memokit works where the platform has no weak references and no finalization', () => {
  const withoutWeakness = 'data:text/javascript,delete globalThis.WeakRef; delete globalThis.FinalizationRegistry';
  const { status, stdout, stderr } = run('__tests__/programs/use-everything.ts', {}, ['--import', withoutWeakness]);
  expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: 'goodbye 7\n', stderr: '' });
});

/** Waits for the error that a call is rejected with. */
function failed(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    () => undefined,
    (error) => error,
  );
}

/** Waits until the platform has ended a turn of the event loop. */
async function turn(): Promise<void> {
  await new Promise(process.nextTick);
  await settle();
}

for (const timeout of [100, Infinity]) {
  test(`an async waitUntil that rejects is told to on.error, timeout ${timeout}`, async () => {
    const errors: unknown[] = [];
    const waitUntil = async () => {
      throw new Error('refused');
    };
    const { source, get } = memoized({ timeout, waitUntil, on: { error: ({ error }) => errors.push(error) } });
    const call = get('k');
    await source.give('v');
    expect([await call, errors]).toEqual(['v', [new Error('refused')]]);
  });
}

test('a rejection that nobody handles is reported with waitUntil and with an observer too', () => {
  const { status, stdout, stderr } = run('__tests__/programs/unhandled.ts');
  expect([status, stdout, stderr]).toEqual([
    0,
    'plain\nwaitUntil\nwaitUntil and timeout\nobserved\nobserved, with timeout\n',
    '',
  ]);
});
