import { AsyncLocalStorage } from 'node:async_hooks';
import { getEventListeners } from 'node:events';
import { runInNewContext } from 'node:vm';
import { afterEach, expect, jest, test } from '@jest/globals';
import { type CachedOptions, cacheOf, clearAll, invalidateTags, loadSignal, memoize, TimeoutError } from 'memokit';
import { error } from './support/error.js';
import { run } from './support/run.js';
import { Source, settle } from './support/source.js';

afterEach(() => {
  jest.useRealTimers();
});

/** A memoized source of strings with a ttl of a second. */
function memoized(options: CachedOptions = {}) {
  const source = new Source<string>();
  const get = memoize((key: string) => source.load(key), { ttl: 1000, clock: source.clock, ...options });
  /** A call that misses, and what the source gives. */
  const load = async (key: string, value: string) => {
    const call = get(key);
    await source.give(value);
    return call;
  };
  return { source, get, load, cache: cacheOf(get) };
}

/** Has the source give a first value for 'k', and time pass until it is old. */
async function grownOld(source: Source<string>, get: (key: string) => unknown, now: number): Promise<void> {
  const first = get('k');
  await source.give('old');
  await first;
  source.now = now;
}

const failure = new Error('the source is down');

test('past its ttl a value is given at once while one load in the background replaces it', async () => {
  const { source, get, load, cache } = memoized({ staleWhileRevalidate: 500 });
  await load('k', 'old');
  source.now = 1000;
  expect(await Promise.all([get('k'), get('k'), get('k')])).toEqual(['old', 'old', 'old']);
  expect(source.runs).toHaveLength(2);
  await source.give('new');
  expect(await get('k')).toBe('new');
  expect(cache.stats()).toMatchObject({ hits: 4, misses: 1, staleHits: 3, loads: 2, evictions: { replaced: 1 } });
});

test('past the time in which an old value may be given, a caller waits for a load', async () => {
  const { source, get, load } = memoized({ staleWhileRevalidate: 500 });
  await load('k', 'old');
  source.now = 1500;
  const call = get('k');
  await source.give('new');
  expect(await call).toBe('new');
});

test('an old value is no entry to those who look, but explain tells of it', async () => {
  const { source, load, cache } = memoized({ staleWhileRevalidate: 500 });
  await load('k', 'old');
  expect(cache.explain('k')).toEqual({ key: 'k', outcome: 'hit', expiresIn: 1000 });
  source.now = 1200;
  expect([cache.has('k'), cache.peek('k'), [...cache.entries()], cache.explain('k')]).toEqual([
    false,
    undefined,
    [],
    { key: 'k', outcome: 'stale' },
  ]);
  source.now = 1500;
  expect([cache.explain('k').outcome, cache.size]).toEqual(['miss', 0]);
});

test('a background load that fails is counted and told, rejects nothing, and is not tried again at once', async () => {
  const heard: unknown[] = [];
  const { source, get, load, cache } = memoized({
    staleWhileRevalidate: 60_000,
    on: { error: (event) => heard.push(event) },
  });
  await load('k', 'old');
  source.now = 1000;
  await get('k');
  await source.fail(failure);
  expect(heard).toEqual([{ key: 'k', args: ['k'], error: failure }]);
  expect(cache.stats()).toMatchObject({ loadErrors: 1, loads: 1 });
  for (source.now = 1001; source.now < 1500; source.now += 100) expect(await get('k')).toBe('old');
  expect(source.runs).toHaveLength(2);
  source.now = 2000;
  expect(await get('k')).toBe('old');
  expect(source.runs).toHaveLength(3);
});

test('no background load begins while a failure is remembered', async () => {
  const { source, get, load } = memoized({ staleWhileRevalidate: 60_000, errorTtl: 5000 });
  await load('k', 'old');
  source.now = 1000;
  await get('k');
  await source.fail(failure);
  source.now = 5999;
  expect(await get('k')).toBe('old');
  expect(source.runs).toHaveLength(2);
  source.now = 6000;
  expect(await get('k')).toBe('old');
  expect(source.runs).toHaveLength(3);
});

test('a background load that throws at once rejects nothing either', async () => {
  let works = true;
  let now = 0;
  const source = (): Promise<number> => {
    if (works) return Promise.resolve(1);
    throw failure;
  };
  const get = memoize(source, { ttl: 1000, staleWhileRevalidate: 1000, clock: () => now });
  await get();
  [works, now] = [false, 1000];
  expect(await get()).toBe(1);
  expect(cacheOf(get).stats()).toMatchObject({ loadErrors: 1, staleHits: 1 });
});

test('a reload that fails gives 200 callers the old value, and runs once', async () => {
  const { source, get, load, cache } = memoized({ staleIfError: 5000 });
  await load('k', 'old');
  source.now = 1000;
  const calls = Array.from({ length: 200 }, () => get('k'));
  await source.fail(failure);
  expect(new Set(await Promise.all(calls))).toEqual(new Set(['old']));
  expect(source.runs).toHaveLength(2);
  expect(cache.stats()).toMatchObject({ hits: 199, misses: 2, coalesced: 199, staleHits: 200, loadErrors: 1 });
});

test('a cold load that fails gives 200 callers its error, and the next call loads again', async () => {
  const { source, get, cache } = memoized({ staleIfError: 5000 });
  const calls = Array.from({ length: 200 }, () => get('k'));
  await source.fail(failure);
  for (const result of await Promise.allSettled(calls)) expect(result).toEqual({ status: 'rejected', reason: failure });
  expect([source.runs.length, cache.size]).toEqual([1, 0]);
  const next = get('k');
  await source.give('value');
  expect(await next).toBe('value');
});

test('after a failure an old value is given without a load for a while, and not past staleIfError', async () => {
  const { source, get, load } = memoized({ staleIfError: 1400 });
  await load('k', 'old');
  source.now = 2000;
  const call = get('k');
  await source.fail(failure);
  expect(await call).toBe('old');
  source.now = 2399;
  expect(await get('k')).toBe('old');
  expect(source.runs).toHaveLength(2);
  source.now = 2400;
  const late = get('k');
  await source.fail(failure);
  await expect(late).rejects.toBe(failure);
});

test('a load that throws at once gives the old value too, and else its error at once', async () => {
  let now = 0;
  let works = true;
  const source = (): Promise<number> => {
    if (works) return Promise.resolve(1);
    throw failure;
  };
  const get = memoize(source, { ttl: 1000, staleIfError: 1000, clock: () => now });
  await get();
  [works, now] = [false, 1000];
  expect(await get()).toBe(1);
  now = 3000;
  expect(get).toThrow(failure);
  expect(cacheOf(get).stats()).toMatchObject({ misses: 3, loads: 1, loadErrors: 2, staleHits: 1 });
});

test('an old value that is given at once leaves no softTimeout behind', async () => {
  jest.useFakeTimers();
  let now = 0;
  const source = (): Promise<number> => {
    if (now === 0) return Promise.resolve(1);
    throw failure;
  };
  const get = memoize(source, { ttl: 1000, staleIfError: 1000, softTimeout: 50, clock: () => now });
  await get();
  now = 1000;
  expect(await get()).toBe(1);
  jest.advanceTimersByTime(50);
  expect([cacheOf(get).stats().staleHits, jest.getTimerCount()]).toEqual([1, 0]);
});

test('a hit late in its ttl starts one load in the background', async () => {
  const { source, get, load, cache } = memoized({ refreshAhead: 0.8 });
  await load('k', 'old');
  source.now = 799;
  await get('k');
  expect(source.runs).toHaveLength(1);
  source.now = 800;
  expect(await Promise.all([get('k'), get('k')])).toEqual(['old', 'old']);
  expect(source.runs).toHaveLength(2);
  await source.give('new');
  source.now = 1500;
  expect(await get('k')).toBe('new');
  expect(cache.stats()).toMatchObject({ hits: 4, misses: 1, staleHits: 0, loads: 2 });
});

test('jitter takes a random part off each ttl, and adds nothing', async () => {
  const { source, load, cache } = memoized({ jitter: 0.5, capacity: Infinity });
  for (let i = 0; i < 200; i++) await load(`${i}`, 'value');
  const left = Array.from({ length: 200 }, (_, i) => cache.explain(`${i}`).expiresIn!);
  expect(Math.min(...left)).toBeGreaterThanOrEqual(500);
  expect(Math.min(...left)).toBeLessThan(600);
  expect(Math.max(...left)).toBeLessThanOrEqual(1000);
  expect(Math.max(...left)).toBeGreaterThan(900);
  expect(source.now).toBe(0);
});

test('a failure is remembered for errorTtl, is no entry, and is forgotten as one is', async () => {
  const { source, get, cache } = memoized({ errorTtl: 300, on: { evict: () => expect(true).toBe(false) } });
  const call = get('k');
  await source.fail(failure);
  await expect(call).rejects.toBe(failure);
  source.now = 299;
  await expect(get('k')).rejects.toBe(failure);
  expect([source.runs.length, cache.has('k'), cache.peek('k'), cache.explain('k').outcome]).toEqual([
    1,
    false,
    undefined,
    'failed',
  ]);
  expect(cache.delete('k')).toBe(true);
  expect(cache.explain('k').outcome).toBe('miss');
  const again = get('k');
  await source.fail(failure);
  await expect(again).rejects.toBe(failure);
  source.now = 600;
  const later = get('k');
  await source.give('value');
  expect(await later).toBe('value');
  expect(await get('k')).toBe('value');
});

test('an old value that may stand in goes before a failure that is remembered', async () => {
  const { source, get, load } = memoized({ staleIfError: 1000, errorTtl: 5000 });
  await load('k', 'old');
  source.now = 1500;
  const call = get('k');
  await source.fail(failure);
  expect(await call).toBe('old');
  source.now = 1999;
  expect(await get('k')).toBe('old');
  source.now = 2000;
  await expect(get('k')).rejects.toBe(failure);
  source.now = 6499;
  await expect(get('k')).rejects.toBe(failure);
  expect(source.runs).toHaveLength(2);
});

test('a load that takes longer than its timeout fails, and comes to nothing', async () => {
  jest.useFakeTimers();
  const { source, get, cache } = memoized({ timeout: 100 });
  const calls = [get('k'), get('k')];
  const rejected = Promise.all(
    calls.map((call) =>
      expect(call).rejects.toEqual(error({ code: 'MEMOKIT_TIMEOUT', message: expect.stringContaining('100 ms') })),
    ),
  );
  jest.advanceTimersByTime(99);
  await settle();
  expect(cache.explain('k').outcome).toBe('loading');
  jest.advanceTimersByTime(1);
  await rejected;
  await source.give('too late');
  expect([cache.has('k'), cache.explain('k').outcome, jest.getTimerCount()]).toEqual([false, 'miss', 0]);
  await expect(calls[0]).rejects.toBeInstanceOf(TimeoutError);
  expect(cache.stats()).toMatchObject({ misses: 1, loads: 0, loadErrors: 1 });
});

test('a reload that takes longer than its timeout gives the old value that staleIfError allows', async () => {
  jest.useFakeTimers();
  const { source, get, load } = memoized({ timeout: 100, staleIfError: 1000 });
  await load('k', 'old');
  source.now = 1000;
  const call = get('k');
  jest.advanceTimersByTime(100);
  expect(await call).toBe('old');
});

test('past softTimeout the old value is given, and the load goes on and is stored', async () => {
  jest.useFakeTimers();
  const { source, get, load, cache } = memoized({ softTimeout: 50, staleIfError: 1000 });
  await load('k', 'old');
  source.now = 1000;
  const calls = [get('k'), get('k')];
  jest.advanceTimersByTime(50);
  expect(await Promise.all(calls)).toEqual(['old', 'old']);
  expect(await get('k')).toBe('old');
  expect(source.runs).toHaveLength(2);
  await source.give('new');
  expect(await get('k')).toBe('new');
  expect([source.runs.length, cache.stats().staleHits]).toEqual([2, 3]);
});

test('softTimeout without an old value waits on', async () => {
  jest.useFakeTimers();
  const { source, get } = memoized({ softTimeout: 50, staleIfError: 1000 });
  const call = get('k');
  jest.advanceTimersByTime(60);
  const joined = get('k');
  await source.give('value');
  expect([await call, await joined]).toEqual(['value', 'value']);
});

test('what was deleted while its reload ran neither comes back nor stands in', async () => {
  const { source, get, load, cache } = memoized({ staleWhileRevalidate: 1000, staleIfError: 1000 });
  await load('k', 'old');
  source.now = 1000;
  await get('k');
  cache.delete('k');
  const call = get('k');
  expect(source.runs).toHaveLength(3);
  source.runs[1]!.resolve('loaded before');
  await settle();
  expect(cache.has('k')).toBe(false);
  await source.fail(failure);
  await expect(call).rejects.toBe(failure);
});

test('clearAll forgets old values, failures and loads in flight', async () => {
  const { source, get, load, cache } = memoized({ staleWhileRevalidate: 1000, errorTtl: 1000 });
  await load('k', 'old');
  source.now = 1500;
  await get('k');
  clearAll();
  await source.fail(failure);
  const call = get('k');
  expect(source.runs).toHaveLength(3);
  await source.give('new');
  expect([await call, cache.size]).toEqual(['new', 1]);
});

test('what when refuses takes the place of an old value, without being stored', async () => {
  const { source, get, load, cache } = memoized({
    staleWhileRevalidate: 1000,
    when: (value: string) => value !== 'gone',
  });
  await load('k', 'old');
  source.now = 1000;
  await get('k');
  await source.give('gone');
  expect(cache.explain('k').outcome).toBe('miss');
});

test('a result with ttl 0 is not kept, and stands in for nothing', async () => {
  const { source, get, load, cache } = memoized({ ttl: () => 0, staleWhileRevalidate: 1000, staleIfError: 1000 });
  await load('k', 'value');
  expect([cache.size, cache.explain('k').outcome]).toEqual([0, 'miss']);
  const call = get('k');
  await source.fail(failure);
  await expect(call).rejects.toBe(failure);
});

test('a result with a ttl that is none is refused, with nothing stored', async () => {
  const { source, get, cache } = memoized({ ttl: () => -5, staleIfError: 1000 });
  const call = get('k');
  await source.give('value');
  const message = "ttl: expected a number from 0, or a text such as '90s', but got: number -5";
  await expect(call).rejects.toEqual(error({ code: 'MEMOKIT_BAD_OPTION', message }));
  expect([cache.size, cache.explain('k').outcome]).toEqual([0, 'miss']);
});

test('the size never exceeds the capacity, old values included, and failures take the place of none', async () => {
  const { source, get, load, cache } = memoized({ capacity: 5, staleIfError: 1000, errorTtl: 1000 });
  for (let i = 0; i < 10; i++) {
    await load(`${i}`, 'value');
    expect(cache.size).toBe(Math.min(i + 1, 5));
  }
  for (let i = 0; i < 10; i++) {
    const call = get(`failing ${i}`);
    await source.fail(failure);
    await expect(call).rejects.toBe(failure);
  }
  expect([...cache.entries()].map(([key]) => key)).toEqual(['5', '6', '7', '8', '9']);
  expect([cache.size, cache.explain('failing 9').outcome, cache.explain('failing 0').outcome]).toEqual([
    5,
    'failed',
    'miss',
  ]);
});

test('all callers that one failure answers get one error object, and wrapping it leaves it as it was', async () => {
  const get = memoize(
    async (): Promise<string> => {
      throw new Error('down');
    },
    { errorTtl: 1e6 },
  );
  const show = async (user: string) => {
    try {
      return await get();
    } catch (cause) {
      throw new Error(`no orders for ${user}`, { cause });
    }
  };
  const caught = (promise: Promise<string>): Promise<Error> =>
    promise.then(
      () => expect(1).toBe(2) as never,
      (e) => e,
    );
  const [ada, bob] = await Promise.all([caught(show('ada')), caught(show('bob'))]);
  const later = await caught(get());
  expect([ada.message, bob.message]).toEqual(['no orders for ada', 'no orders for bob']);
  expect([ada.cause === later, bob.cause === later, later.message]).toEqual([true, true, 'down']);
});

test('a failure that is remembered goes with what is put, deleted or cleared', async () => {
  const { source, get, cache } = memoized({ errorTtl: 1000 });
  for (const forget of [
    () => cache.put(['k'], 'put'),
    () => cache.put(['k'], new Promise<string>(() => {})),
    () => cache.delete('k'),
    () => cache.clear(),
    clearAll,
  ]) {
    const call = get('k');
    await source.fail(failure);
    await expect(call).rejects.toBe(failure);
    expect(cache.explain('k').outcome).toBe('failed');
    forget();
    expect(cache.explain('k').outcome).not.toBe('failed');
    cache.clear();
  }
});

test('a reload whose entry was evicted meanwhile brings it back to nobody, but to those who wait', async () => {
  const { source, get, load, cache } = memoized({ capacity: 1, refreshAhead: 0.5 });
  for (const isAskedFor of [false, true]) {
    cache.clear();
    await load('a', 'old');
    source.now += 500;
    await get('a');
    const reload = source.runs.at(-1)!;
    await load('b', 'value');
    if (isAskedFor) get('a');
    reload.resolve('new');
    await settle();
    expect([...cache.entries()].map(([key]) => key)).toEqual([isAskedFor ? 'a' : 'b']);
  }
});

test('a reload whose entry has died meanwhile is stored', async () => {
  const { source, get, load, cache } = memoized({ staleWhileRevalidate: 500 });
  await load('k', 'old');
  source.now = 1000;
  await get('k');
  source.now = 1500;
  expect(cache.size).toBe(0);
  await source.give('new');
  expect(cache.has('k')).toBe(true);
});

test('a method that returns no promise is refused at its first call, which names the option', () => {
  for (const [option, value] of Object.entries({
    staleWhileRevalidate: 1,
    staleIfError: 1,
    refreshAhead: 0.5,
    jitter: 0.5,
    errorTtl: 1,
    timeout: 1,
    softTimeout: 1,
    signal: () => undefined,
  })) {
    const needed = option === 'softTimeout' ? { ttl: 1, staleIfError: 1 } : { ttl: 1 };
    const get = memoize(
      function load() {
        return 1;
      },
      { ...needed, [option]: value },
    );
    const message = `${option === 'softTimeout' ? 'staleIfError' : option} of load: expected a method that returns promises, but got: number 1`;
    expect(get).toThrow(error({ code: 'MEMOKIT_BAD_OPTION', message }));
  }
});

test('what a method throws instead of returning a promise is remembered nowhere', () => {
  const parse = memoize((text: string) => JSON.parse(text) as unknown, { errorTtl: 1000 });
  expect(() => parse('{')).toThrow(SyntaxError);
  expect(() => parse('{')).toThrow(SyntaxError);
  expect(cacheOf(parse).explain('{').outcome).toBe('miss');
});

test('options that are off leave a synchronous method alone', () => {
  const off = { staleWhileRevalidate: 0, staleIfError: 0, refreshAhead: 1, jitter: 0, errorTtl: 0, timeout: Infinity };
  const get = memoize((n: number) => n, { ...off, softTimeout: Infinity });
  expect(get(1)).toBe(1);
});

test('a put takes the place of an old value, and fences its reload', async () => {
  const { source, get, load, cache } = memoized({ staleWhileRevalidate: 1000 });
  await load('k', 'old');
  source.now = 1000;
  await get('k');
  cache.put(['k'], 'put');
  await source.give('reloaded');
  expect(await get('k')).toBe('put');
});

test('a load that fails after a put gives its callers the error, unless staleIfError lets the value stand in', async () => {
  for (const [options, expected] of [
    [{}, 'rejected'],
    [{ timeout: 1000 }, 'rejected'],
    [{ ttl: Infinity, errorTtl: 1000, staleWhileRevalidate: 1000 }, 'rejected'],
    [{ ttl: Infinity, staleIfError: 1000 }, 'fulfilled'],
  ] as const) {
    const source = new Source<string>();
    const get = memoize(source.load, { ...options, clock: source.clock });
    const [first, second] = [get('k'), get('k')];
    cacheOf(get).put(['k'], 'put');
    await source.fail(new Error('down'));
    const settled = await Promise.allSettled([first, second]);
    expect(settled.map(({ status }) => status)).toEqual([expected, expected]);
    expect(await get('k')).toBe('put');
  }
});

test('a promise that is put is waited for, whatever the options', async () => {
  jest.useFakeTimers();
  const { get, cache } = memoized({ softTimeout: 10, timeout: 10, staleIfError: 10 });
  let resolve!: (value: string) => void;
  cache.put(
    ['k'],
    new Promise<string>((fulfil) => {
      resolve = fulfil;
    }),
  );
  const call = get('k');
  jest.advanceTimersByTime(100);
  resolve('put');
  expect(await call).toBe('put');
});

test('what listeners throw reaches the caller who began the load, and no other', async () => {
  const { source, get } = memoized({
    errorTtl: 1,
    capacity: 1,
    on: {
      evict: () => {
        throw new Error('evict');
      },
      error: () => {
        throw new Error('error');
      },
    },
  });
  const first = get('a');
  await source.give('a');
  await first;
  const [leader, follower] = [get('b'), get('b')];
  await source.give('b');
  await expect(leader).rejects.toThrow('evict');
  expect(await follower).toBe('b');
  const failing = [get('c'), get('c')];
  await source.fail(failure);
  const [lead, follow] = await Promise.allSettled(failing);
  expect(lead).toMatchObject({ reason: { errors: [{ message: 'error' }, failure] } });
  expect(follow).toMatchObject({ reason: failure });
});

test('an evict listener is told of a value as callers get it, as a promise', async () => {
  const heard: unknown[] = [];
  const { load, cache } = memoized({ staleIfError: 1, on: { evict: ({ value }) => heard.push(value) } });
  await load('k', 'value');
  cache.delete('k');
  expect(heard).toEqual([expect.any(Promise)]);
  expect(await heard[0]).toBe('value');
});

test('what listeners throw after a miss listener has thrown is told to the error listener', async () => {
  const heard: unknown[] = [];
  const { source, get, load } = memoized({
    capacity: 1,
    errorTtl: 1,
    on: {
      miss: ({ key }) => {
        if (key === 'b') throw new Error('miss');
      },
      evict: () => {
        throw failure;
      },
      error: ({ error }) => heard.push(error),
    },
  });
  await load('a', 'value');
  expect(() => get('b')).toThrow('miss');
  await source.give('value');
  expect(heard).toEqual([failure]);
});

test('what listeners throw, or options for a promise that was put, where nobody hears of errors is an uncaught error', () => {
  const { status, stdout } = run('__tests__/programs/uncaught.ts');
  expect([status, stdout]).toEqual([
    0,
    ['evict', 'weigh', 'error'].map((name) => `uncaughtException: ${name}\n`).join(''),
  ]);
});

test('load times are counted by the clock of the cache, also of loads that failed', async () => {
  const { source, get, cache } = memoized({ staleIfError: 1 });
  const call = get('k');
  source.now = 30;
  await source.give('value');
  await call;
  const before = cache.stats();
  const other = get('other');
  source.now = 50;
  await source.fail(failure);
  await expect(other).rejects.toBe(failure);
  expect(cache.stats()).toMatchObject({ totalLoadTime: 50, meanLoadTime: 25, loads: 1, loadErrors: 1 });
  expect(cache.stats().minus(before)).toMatchObject({ totalLoadTime: 20, meanLoadTime: 20, loads: 0, misses: 1 });
});

// The caller's signal.

/** A memoized source whose callers may give up. */
function abortableSource(options: CachedOptions = {}) {
  const source = new Source<string>();
  const signals: (AbortSignal | undefined)[] = [];
  const get = memoize(
    (key: string, signal?: AbortSignal) => {
      signals.push(loadSignal());
      return source.load(key, signal);
    },
    { signal: (_key, signal) => signal, ...options },
  );
  return { source, get, cache: cacheOf(get), signals };
}

test('a signal is no part of the key, wherever it stands', async () => {
  const { source, get, cache } = abortableSource();
  const { signal } = new AbortController();
  const calls = [get('k', signal), get('k'), get('k', undefined), get('k', new AbortController().signal)];
  await source.give('value');
  expect(await Promise.all(calls)).toEqual(Array(4).fill('value'));
  expect([source.runs.length, cache.has('k'), cache.has('k', signal), cache.size]).toEqual([1, true, true, 1]);
  const nested = memoize(async (_options: { id: number; signal?: AbortSignal }) => ({}), {
    signal: (options) => options.signal,
  });
  expect(await nested({ id: 1, signal })).toBe(await nested({ id: 1 }));
  expect(await nested({ id: 1, signal })).not.toBe(await nested({ id: 2 }));
});

test('a signal may be one of the receiver', async () => {
  interface Job {
    readonly signal?: AbortSignal;
  }
  const source = new Source<string>();
  const get = memoize(
    function (this: Job, key: string, _signal?: AbortSignal) {
      return source.load(key);
    },
    {
      signal(this: Job, _key, signal) {
        return this.signal ?? signal;
      },
    },
  );
  await expect(get.call({ signal: AbortSignal.abort('gone') }, 'k')).rejects.toBe('gone');
  get.call({}, 'k');
  get.call({}, 'k', undefined);
  expect(source.runs).toHaveLength(1);
});

test('who aborts is rejected at once with the reason, and the others get the result', async () => {
  const { source, get, signals } = abortableSource();
  const leader = new AbortController();
  const first = get('k', leader.signal);
  const second = get('k');
  leader.abort();
  await expect(first).rejects.toMatchObject({ name: 'AbortError' });
  expect(signals[0]!.aborted).toBe(false);
  await source.give('value');
  expect([await second, source.runs.length]).toEqual(['value', 1]);
});

test('a load is aborted when the last who waited has left, and the next call loads again', async () => {
  const { source, get, signals, cache } = abortableSource();
  const [one, other] = [new AbortController(), new AbortController()];
  const calls = [get('k', one.signal), get('k', other.signal)];
  const reason = new Error('gone');
  one.abort(reason);
  await expect(calls[0]).rejects.toBe(reason);
  expect(signals[0]!.aborted).toBe(false);
  other.abort(reason);
  await expect(calls[1]).rejects.toBe(reason);
  expect([signals[0]!.aborted, signals[0]!.reason]).toEqual([true, reason]);
  const next = get('k');
  expect(source.runs).toHaveLength(2);
  source.runs[0]!.resolve('of the aborted load');
  await settle();
  expect(cache.has('k')).toBe(false);
  await source.give('value');
  expect(await next).toBe('value');
  expect(cache.stats()).toMatchObject({ misses: 2, loads: 1, loadErrors: 1 });
});

test('the method is given the signal of the load in place of the caller’s', () => {
  const { source, get, signals } = abortableSource();
  const { signal } = new AbortController();
  get('k', signal);
  expect(source.runs[0]!.args[1]).toBe(signals[0]);
  expect(signals[0]).not.toBe(signal);
});

test('who has aborted before the call is rejected, and nothing is loaded', async () => {
  const { source, get } = abortableSource();
  await expect(get('k', AbortSignal.abort('reason'))).rejects.toBe('reason');
  expect(source.runs).toHaveLength(0);
});

test('loadSignal is aborted by a timeout, and is that of the innermost load', async () => {
  jest.useFakeTimers();
  const inner = memoize(() => loadSignal());
  const failing = memoize(() => {
    throw failure;
  });
  const seen: (AbortSignal | undefined)[] = [];
  const get = memoize(
    () => {
      seen.push(loadSignal(), inner());
      expect(failing).toThrow(failure);
      seen.push(loadSignal());
      return new Promise<string>(() => {});
    },
    { timeout: 10 },
  );
  const call = get();
  expect([seen[0]!.aborted, seen[1], seen[2] === seen[0], loadSignal()]).toEqual([false, undefined, true, undefined]);
  jest.advanceTimersByTime(10);
  await expect(call).rejects.toBeInstanceOf(TimeoutError);
  expect(seen[0]!.reason).toBeInstanceOf(TimeoutError);
});

test('a background load goes on though who set it off has aborted, and who has joined it', async () => {
  const { source, get, signals } = abortableSource({ ttl: 1000, staleWhileRevalidate: 1000, clock: () => source.now });
  await grownOld(source, get, 1000);
  const controller = new AbortController();
  expect(await get('k', controller.signal)).toBe('old');
  source.now = 2000;
  const joined = get('k', controller.signal);
  controller.abort();
  await expect(joined).rejects.toBe(controller.signal.reason);
  expect([source.runs.length, signals.at(-1)!.aborted]).toEqual([2, false]);
  await source.give('new');
  expect(await get('k')).toBe('new');
});

test('a background load is given a signal of its own too, which no caller can abort', async () => {
  const { source, get, signals } = abortableSource({ ttl: 1000, staleWhileRevalidate: 1000, clock: () => source.now });
  await grownOld(source, get, 1000);
  const controller = new AbortController();
  await get('k', controller.signal);
  const { args } = source.runs.at(-1)!;
  controller.abort();
  expect([args[1] === signals.at(-1), signals.at(-1)!.aborted]).toEqual([true, false]);
});

test('a listener that has the first caller leave while another joins leaves that one its result', async () => {
  const controller = new AbortController();
  const { source, get } = abortableSource({ on: { hit: () => controller.abort() } });
  const [leader, joined] = [get('k', controller.signal), get('k')];
  await expect(leader).rejects.toMatchObject({ name: 'AbortError' });
  await source.give('value');
  expect(await joined).toBe('value');
});

test('a caller whose listener has thrown waits no more', async () => {
  const controller = new AbortController();
  const { get, signals } = abortableSource({
    on: {
      hit: () => {
        throw failure;
      },
    },
  });
  const leader = get('k', controller.signal);
  expect(() => get('k')).toThrow(failure);
  controller.abort();
  await expect(leader).rejects.toBe(controller.signal.reason);
  expect(signals[0]!.aborted).toBe(true);
});

test('an error that the first caller has not caused is given to the others, without another load', async () => {
  const controller = new AbortController();
  const { source, get } = abortableSource();
  const [leader, joined] = [get('k', controller.signal), get('k')];
  controller.abort();
  await expect(leader).rejects.toBe(controller.signal.reason);
  await source.fail(failure);
  await expect(joined).rejects.toBe(failure);
  expect(source.runs).toHaveLength(1);
});

test('who gives up spoils nothing for others, wherever the method has the signal from', async () => {
  const source = new Source<string>();
  const get = memoize(
    (request: { url: string; options: { signal: AbortSignal } }) =>
      new Promise<string>((resolve, reject) => {
        const { signal } = request.options;
        signal.addEventListener('abort', () => reject(signal.reason));
        source.load(request.url).then(resolve, reject);
      }),
    { key: ({ url }) => url, signal: ({ options }) => options.signal },
  );
  const controllers = [new AbortController(), new AbortController(), new AbortController()];
  const calls = controllers.map(({ signal }) => get({ url: 'k', options: { signal } }));
  controllers[0]!.abort();
  await expect(calls[0]).rejects.toMatchObject({ name: 'AbortError' });
  await settle();
  expect(source.runs).toHaveLength(2);
  controllers[1]!.abort();
  await expect(calls[1]).rejects.toMatchObject({ name: 'AbortError' });
  await settle();
  await source.give('value');
  expect(await calls[2]).toBe('value');
});

/** A memoized source whose method has the caller's signal from where memokit cannot put another. */
function spoilable(options: CachedOptions = {}) {
  const source = new Source<string>();
  class Request {
    constructor(
      readonly url: string,
      readonly signal?: AbortSignal,
    ) {}
  }
  const fetched = memoize(
    ({ url, signal }: Request) =>
      new Promise<string>((resolve, reject) => {
        signals.push(loadSignal());
        signal?.addEventListener('abort', () => reject(new Error('request failed', { cause: signal.reason })));
        source.load(url).then(resolve, reject);
      }),
    { key: ({ url }) => url, signal: ({ signal }) => signal, ...options },
  );
  const signals: (AbortSignal | undefined)[] = [];
  return {
    source,
    signals,
    cache: cacheOf(fetched),
    get: (url: string, by?: AbortController) => fetched(new Request(url, by?.signal)),
  };
}

test('what a spoilt load is begun anew for is aborted when the last has left, and takes the place of nothing newer', async () => {
  const { source, signals, get, cache } = spoilable();
  const [one, two, three] = [new AbortController(), new AbortController(), new AbortController()];
  const calls = [get('k', one), get('k', two)];
  one.abort();
  await expect(calls[0]).rejects.toMatchObject({ name: 'AbortError' });
  await settle();
  expect(source.runs).toHaveLength(2);
  calls.push(get('k', three));
  two.abort();
  three.abort();
  for (const call of calls) await expect(call).rejects.toMatchObject({ name: 'AbortError' });
  expect([signals[1]!.aborted, cache.explain({ url: 'k' } as never).outcome]).toEqual([true, 'miss']);

  for (const [renew, loads] of [
    [() => get('k'), 2],
    [() => cache.put([{ url: 'k' } as never], 'new'), 1],
  ] as const) {
    cache.clear();
    const runs = source.runs.length;
    const leader = new AbortController();
    const first = get('k', leader);
    const joined = get('k');
    leader.abort();
    cache.delete({ url: 'k' } as never);
    renew();
    await expect(first).rejects.toMatchObject({ name: 'AbortError' });
    await settle();
    expect(source.runs).toHaveLength(runs + loads);
    await source.give('new');
    expect([await joined, await get('k')]).toEqual(['new', 'new']);
  }
});

test('what one caller has spoilt is remembered for no other, and told to nobody', async () => {
  const heard: unknown[] = [];
  const { get, cache } = spoilable({ errorTtl: 5000, on: { error: (event) => heard.push(event) } });
  const [one, two] = [new AbortController(), new AbortController()];
  const calls = [get('k', one), get('k', two)];
  one.abort();
  await settle();
  two.abort();
  for (const call of calls) await expect(call).rejects.toMatchObject({ name: 'AbortError' });
  await settle();
  expect([cache.explain({ url: 'k' } as never).outcome, heard]).toEqual(['miss', []]);
});

test('what is begun anew obeys softTimeout', async () => {
  jest.useFakeTimers();
  const { source, get } = spoilable({ ttl: 10, staleIfError: 1e6, softTimeout: 30, clock: () => source.now });
  await grownOld(source, get, 20);
  const leader = new AbortController();
  const calls = [get('k', leader), get('k')];
  leader.abort();
  await expect(calls[0]).rejects.toMatchObject({ name: 'AbortError' });
  await settle();
  jest.advanceTimersByTime(30);
  expect(await calls[1]).toBe('old');
});

test('what is begun anew may be trusted, whatever was invalidated before', async () => {
  const { source, get } = spoilable({ tags: () => ['mine'] });
  const leader = new AbortController();
  const calls = [get('k', leader)];
  invalidateTags('mine');
  calls.push(get('k'));
  leader.abort();
  await expect(calls[0]).rejects.toMatchObject({ name: 'AbortError' });
  await settle();
  expect(source.runs).toHaveLength(2);
  await source.fail(failure);
  await expect(calls[1]).rejects.toBe(failure);
  expect(source.runs).toHaveLength(2);
});

test('a clock that throws while a load is begun anew leaves nobody waiting', async () => {
  let throws = false;
  const { get } = spoilable({
    clock: () => {
      if (throws) throw failure;
      return 0;
    },
  });
  const leader = new AbortController();
  const calls = [get('k', leader), get('k')];
  leader.abort();
  throws = true;
  await expect(calls[0]).rejects.toMatchObject({ name: 'AbortError' });
  await expect(calls[1]).rejects.toBe(failure);
});

test('a clock that uses its cache while a load begins mixes up no caches', async () => {
  const users = new Source<string>();
  const orders = new Source<string>();
  let acts = false;
  const user = memoize((id: number) => users.load(id), {
    timeout: 1000,
    clock: () => {
      if (acts) {
        acts = false;
        cacheOf(user).delete(9);
      }
      return 0;
    },
  });
  const order = memoize((id: number) => orders.load(id));
  acts = true;
  user(1);
  order(5);
  const call = order(1);
  await users.give('user 1');
  await orders.give('order 1');
  expect(await call).toBe('order 1');
});

test('a call that waits for a load and whose argument is changed meanwhile gets what that argument has by then', async () => {
  for (const options of [{}, { timeout: 1000 }]) {
    const source = new Source<number>();
    const get = memoize(
      ({ id }: { id: number }) => {
        const promise = source.load(id).then(() => id);
        return promise;
      },
      { tags: () => ['t'], ...options },
    );
    get({ id: 1 });
    invalidateTags('t');
    const changed = { id: 1 };
    const waiting = get(changed);
    changed.id = 2;
    await source.give(0);
    await source.give(0);
    expect(await waiting).toBe(2);
    const again = get({ id: 1 });
    await source.give(0);
    expect(await again).toBe(1);
  }
});

test('a call that says that it has no signal has the key of those that have one', async () => {
  const { signal } = new AbortController();
  const last = memoize(async (_id: number, _signal?: AbortSignal | null) => ({}), { signal: (_id, signal) => signal });
  const [first, ...rest] = await Promise.all([last(1, signal), last(1), last(1, undefined), last(1, null)]);
  expect(new Set([first, ...rest]).size).toBe(1);
  const nested = memoize(
    async (_id: number, _options?: { signal?: AbortSignal | null | undefined; page?: number | null }) => ({}),
    {
      signal: (_id, options) => options?.signal,
    },
  );
  const options = [{ signal }, {}, { signal: undefined }, { signal: null }];
  expect(new Set(await Promise.all(options.map((each) => nested(1, each)))).size).toBe(1);
  const { signal: other } = new AbortController();
  const foreign = runInNewContext('({ signal })', { signal: other }) as { signal: AbortSignal };
  expect(await nested(1, foreign)).toBe(await nested(1, {}));
  expect(await nested(1, { page: null })).not.toBe(await nested(1, {}));
  expect(await nested(1, { page: null, signal: null })).toBe(await nested(1, { page: null }));
  const deep = memoize(async (_id: number, _options?: { request: { signal: AbortSignal } }) => ({}), {
    signal: (_id, options) => options?.request.signal,
  });
  expect(await deep(1, undefined)).toBe(await deep(1, undefined));
});

test('what is absent is left out of the key only where the picker takes a signal from no other place', async () => {
  const isSignal = (value: unknown): value is AbortSignal => value instanceof AbortSignal;
  const find = memoize(async (...args: unknown[]) => args.length, { signal: (...args) => args.find(isSignal) });
  expect([await find('t', null), await find('t'), await find('t', undefined)]).toEqual([2, 1, 2]);
  const last = memoize(async (...args: unknown[]) => args.length, {
    signal: (...args) => (isSignal(args.at(-1)) ? (args.at(-1) as AbortSignal) : undefined),
  });
  expect([await last('t'), await last('t', null)]).toEqual([1, 2]);
  const either = memoize(async (...args: unknown[]) => args.length, {
    signal: (_table, owner, signal) => [owner, signal].find(isSignal),
  });
  expect([await either('t'), await either('t', null), await either('t', null, undefined)]).toEqual([1, 2, 3]);
  const query = memoize(async (where: object, _page?: number) => Object.keys(where).length, {
    signal: (where) => Object.values(where).find(isSignal),
  });
  const { signal } = new AbortController();
  expect([await query({ deletedAt: null }), await query({})]).toEqual([1, 0]);
  expect([await query({ deletedAt: null, signal }), await query({ signal })]).toEqual([1, 0]);
  expect([await query({ id: 1, deletedAt: null }), await query({ id: 1 })]).toEqual([2, 1]);
  const pickers: ((...args: any[]) => AbortSignal | undefined)[] = [
    ({ params }, ...rest) => [...params, ...rest].find(isSignal),
    ({ params }, ...rest) => (params.length > 0 ? rest.find(isSignal) : undefined),
    (_query, owner, options) => (isSignal(owner) ? owner : options?.signal),
    (_query, owner, _page, _size, signal) => [owner, signal].find(isSignal),
    (_query, owner, other) => [other, owner].find(isSignal),
  ];
  for (const signal of pickers) {
    const list = memoize(async (...args: unknown[]) => args.length, { signal });
    expect([await list({ params: [1] }), await list({ params: [1] }, null)]).toEqual([1, 2]);
    expect([await list({ params: [1] }, null, null), await list({ params: [1] }, 5, null)]).toEqual([3, 3]);
    expect([await list({ params: [1] }, null, {}), await list({ params: [1] }, undefined, {})]).toEqual([3, 3]);
    expect([await list({ params: [1] }, null, 5), cacheOf(list).has({ params: [1] }, undefined, 5)]).toEqual([
      3,
      false,
    ]);
  }
  const options = { limit: 5 };
  const strict = memoize(async (...args: unknown[]) => args.length, {
    signal: (...[table, , signal]: any[]) => (table.trim() === '' ? undefined : signal),
  });
  expect([await strict('t', options), await strict('t', options, undefined)]).toEqual([2, 2]);
  expect(cacheOf(strict).size).toBe(1);
});

test('what is absent is asked for with few calls of the picker, however much there is', async () => {
  const pick = jest.fn((_row: object, signal?: AbortSignal) => signal);
  const get = memoize(async (row: object, _signal?: AbortSignal) => Object.keys(row).length, { signal: pick });
  const row = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`column${i}`, null]));
  expect([await get(row), await get(row, undefined), cacheOf(get).size]).toEqual([1000, 1000, 1]);
  expect(pick.mock.calls.length).toBeLessThan(15);
  const nested = memoize(async (options: object) => Object.keys(options).length, {
    signal: ({ column500 }: { column500?: AbortSignal }) => column500,
  });
  const { column500: _, ...others } = row;
  expect([await nested(row), cacheOf(nested).has(others), cacheOf(nested).has({})]).toEqual([1000, true, false]);
});

test('a signal that is absent is found with a fixed number of looks at each member of an argument', async () => {
  let looks = 0;
  const counting = (row: object) =>
    new Proxy(row, {
      get: (target, name) => {
        looks++;
        return Reflect.get(target, name);
      },
      getOwnPropertyDescriptor: (target, name) => {
        looks++;
        return Reflect.getOwnPropertyDescriptor(target, name);
      },
    });
  const pick = jest.fn((row: { signal?: AbortSignal | null }) => row.signal);
  const get = memoize(async (_row: object) => ({}), { signal: pick });
  const row = Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`column${i}`, null]));
  const withSignal = await get({ ...row, signal: new AbortController().signal });
  pick.mockClear();
  expect(await get(counting({ ...row, signal: null }))).toBe(withSignal);
  expect(looks).toBeLessThan(80_000);
  expect(pick.mock.calls.length).toBeLessThan(6);
  pick.mockClear();
  await get({ ...row, signal: null });
  await get({ ...row, signal: undefined });
  expect([pick.mock.calls.length, cacheOf(get).size]).toEqual([6, 1]);
});

test('a frozen object that says that it has no signal has the key of those that have one', async () => {
  const get = memoize(async (_options: object) => ({}), {
    signal: (options: { signal?: AbortSignal }) => options.signal,
  });
  const first = await get(Object.freeze({ id: 1, signal: undefined }));
  expect(await get(Object.freeze({ id: 1, signal: new AbortController().signal }))).toBe(first);
  expect(await get({ id: 1 })).toBe(first);
});

test('a batched call may say that it has no signal to a picker that takes one from anywhere', async () => {
  const isSignal = (value: unknown): value is AbortSignal => value instanceof AbortSignal;
  const get = memoize(async (id: number, _signal?: AbortSignal) => id, {
    many: (ids: readonly number[]) => ids.map((id) => id * 2),
    signal: (...args: unknown[]) => args.find(isSignal),
  });
  expect(await Promise.all([get(1), get(2, undefined), get(3, new AbortController().signal)])).toEqual([2, 4, 6]);
  await expect((get as (...args: unknown[]) => Promise<number>)(4, undefined, 5)).rejects.toThrow('one argument');
});

test('a signal that a getter gives is no part of the key either, and is exchanged', async () => {
  const { signal } = new AbortController();
  const given: unknown[] = [];
  const page = memoize(
    async (options: { id: number; signal?: AbortSignal }) => {
      given.push(options.signal === loadSignal(), Object.keys(options));
      options.signal = loadSignal()!;
      delete options.signal;
      return {};
    },
    { signal: (options) => options.signal },
  );
  const withGetter = () => ({
    id: 1,
    get signal() {
      return signal;
    },
  });
  const first = await page(withGetter());
  expect(await page(withGetter())).toBe(first);
  expect(await page({ id: 1 })).toBe(first);
  const without = {
    id: 1,
    get signal(): undefined {
      return undefined;
    },
  };
  expect(await page(without as { id: number })).toBe(first);
  expect(given).toEqual([true, ['id', 'signal']]);
});

test('many callers on one signal have one listener there, and none once they wait no more', async () => {
  const controller = new AbortController();
  const count = () => getEventListeners(controller.signal, 'abort').length;
  const { source, get } = abortableSource();
  const first = [get('a', controller.signal), get('a', controller.signal), get('b', controller.signal)];
  expect(count()).toBe(1);
  for (const run of source.runs) run.resolve('value');
  await Promise.all(first);
  expect(count()).toBe(0);
  const later = [get('c', controller.signal), get('d', controller.signal)];
  controller.abort();
  for (const call of later) await expect(call).rejects.toBe(controller.signal.reason);
  expect(count()).toBe(0);
});

test('a signal still ends the other waits after one of them has settled', async () => {
  const controller = new AbortController();
  const { source, get } = abortableSource();
  const [first, second] = [get('a', controller.signal), get('b', controller.signal)];
  source.runs[0]!.resolve('value');
  expect(await first).toBe('value');
  controller.abort();
  await expect(second).rejects.toBe(controller.signal.reason);
});

test('who aborts while the method starts, or while a listener is told, is rejected at once', async () => {
  const starting = new AbortController();
  const start = memoize(
    (_signal: AbortSignal) => {
      starting.abort();
      return new Promise(() => {});
    },
    { signal: (signal) => signal },
  );
  await expect(start(starting.signal)).rejects.toBe(starting.signal.reason);
  for (const event of ['miss', 'hit']) {
    const controller = new AbortController();
    const { get } = abortableSource({ on: { [event]: () => controller.abort() } });
    const calls = [get('k', controller.signal), get('k', controller.signal)];
    for (const call of calls) await expect(call).rejects.toBe(controller.signal.reason);
  }
});

test('a tag of others changes neither softTimeout nor who can leave', async () => {
  jest.useFakeTimers();
  const { source, get, signals } = abortableSource({
    ttl: 1000,
    staleIfError: 10_000,
    softTimeout: 20,
    tags: () => ['mine'],
    clock: () => source.now,
  });
  await grownOld(source, get, 1000);
  const [one, other] = [new AbortController(), new AbortController()];
  const slow = get('k');
  invalidateTags('other');
  const joined = get('k');
  jest.advanceTimersByTime(20);
  expect(await Promise.all([slow, joined, get('k')])).toEqual(['old', 'old', 'old']);
  const cold = [get('cold', one.signal)];
  invalidateTags('other');
  cold.push(get('cold', other.signal));
  one.abort();
  other.abort();
  for (const call of cold) await expect(call).rejects.toMatchObject({ name: 'AbortError' });
  expect(signals.at(-1)!.aborted).toBe(true);
});

test('a background load that fails after its caller has aborted is told, and not tried again at once', async () => {
  const heard: unknown[] = [];
  const { source, get, cache } = spoilable({
    ttl: 10,
    staleWhileRevalidate: 1e6,
    errorTtl: 1000,
    clock: () => source.now,
    on: { error: ({ error }) => heard.push(error) },
  });
  await grownOld(source, get, 20);
  for (let call = 0; call < 3; call++) {
    const caller = new AbortController();
    expect(await get('k', caller)).toBe('old');
    caller.abort();
    await source.fail(failure);
  }
  expect([source.runs.length, heard.length, cache.stats().loadErrors]).toEqual([2, 1, 1]);
  // It may say nothing but that one has left, so nobody else is given it.
  source.now = 2e6;
  get('k');
  expect(source.runs).toHaveLength(3);
});

test('a timeout is no failure that a caller who left has caused', async () => {
  jest.useFakeTimers();
  const run = jest.fn(() => new Promise<string>(() => {}));
  class Request {
    constructor(readonly signal?: AbortSignal) {}
  }
  const get = memoize((_: Request) => run(), {
    key: () => 'k',
    signal: ({ signal }) => signal,
    timeout: 50,
    errorTtl: 1e6,
  });
  const leader = new AbortController();
  const calls = [get(new Request(leader.signal)), get(new Request())];
  leader.abort();
  await expect(calls[0]).rejects.toMatchObject({ name: 'AbortError' });
  jest.advanceTimersByTime(50);
  await expect(calls[1]).rejects.toBeInstanceOf(TimeoutError);
  await expect(get(new Request())).rejects.toBeInstanceOf(TimeoutError);
  expect(run).toHaveBeenCalledTimes(1);
});

test('who was given an old value has no load begun anew', async () => {
  jest.useFakeTimers();
  const { source, get } = spoilable({ ttl: 10, staleIfError: 1e6, softTimeout: 30, clock: () => source.now });
  await grownOld(source, get, 20);
  const leader = new AbortController();
  const calls = [get('k', leader), get('k')];
  jest.advanceTimersByTime(30);
  expect(await Promise.all(calls)).toEqual(['old', 'old']);
  leader.abort();
  await settle();
  expect(source.runs).toHaveLength(2);
});

test('each call is counted once, also one that waits to learn the tags of a load', async () => {
  jest.useFakeTimers();
  const { source, get, cache } = abortableSource({
    ttl: 1000,
    staleIfError: 10_000,
    softTimeout: 20,
    tags: () => ['mine'],
    clock: () => source.now,
  });
  const counts = () => {
    const { hits, misses, staleHits, coalesced } = cache.stats();
    return { hits, misses, staleHits, coalesced };
  };
  await grownOld(source, get, 1000);
  // One leads, two doubt, one of them leaves; then all who wait are given the old value.
  const calls = [get('k')];
  invalidateTags('other');
  const leaver = new AbortController();
  calls.push(get('k'), get('k', leaver.signal));
  leaver.abort();
  await expect(calls[2]).rejects.toMatchObject({ name: 'AbortError' });
  jest.advanceTimersByTime(20);
  expect(await Promise.all(calls.slice(0, 2))).toEqual(['old', 'old']);
  expect(counts()).toEqual({ hits: 2, misses: 2, staleHits: 2, coalesced: 2 });
  // What they waited for is of no more concern to them, whatever its tags.
  invalidateTags('mine');
  await source.give('new');
  await settle();
  expect(source.runs).toHaveLength(2);
  expect(counts()).toEqual({ hits: 2, misses: 2, staleHits: 2, coalesced: 2 });
});

test('who is given an old value as the load ends is counted so, and has nothing loaded', async () => {
  jest.useFakeTimers();
  const { source, get, load, cache } = memoized({ staleIfError: 10_000, softTimeout: 20, tags: () => ['mine'] });
  await load('k', 'old');
  source.now = 1000;
  const calls = [get('k')];
  invalidateTags('other');
  calls.push(get('k'));
  jest.advanceTimersByTime(20);
  invalidateTags('mine');
  source.runs.at(-1)!.resolve('new');
  expect(await Promise.all(calls)).toEqual(['old', 'old']);
  const { hits, misses, staleHits } = cache.stats();
  expect([hits, misses, staleHits, source.runs.length]).toEqual([1, 2, 2, 2]);
});

test('who leaves just as a load ends that it could not trust is rejected with the reason, and counted', async () => {
  for (const end of ['give', 'fail'] as const) {
    const { source, get, cache } = abortableSource({ tags: () => ['mine'] });
    const caller = new AbortController();
    const leave = () => caller.abort();
    const leader = get('k');
    invalidateTags('mine');
    const call = get('k', caller.signal);
    const left = leader.then(leave, leave);
    await source[end]('old');
    await left;
    await expect(call).rejects.toBe(caller.signal.reason);
    const { hits, misses } = cache.stats();
    expect([hits, misses, source.runs.length]).toEqual([1, 1, 1]);
  }
});

test('a failure that an old value stands in for is counted for those who were given it', async () => {
  const { source, get, cache } = memoized({ staleIfError: 10_000, tags: () => ['mine'], clock: () => source.now });
  await grownOld(source, get, 1000);
  const calls = [get('k')];
  invalidateTags('other');
  calls.push(get('k'));
  await source.fail(failure);
  expect(await Promise.all(calls)).toEqual(['old', 'old']);
  const { hits, misses, staleHits } = cache.stats();
  expect([hits + misses, staleHits]).toEqual([3, 2]);
});

test('resize bounds the failures that are remembered too', async () => {
  const { source, get, cache } = memoized({ capacity: 4, errorTtl: 1e6 });
  const remembered = async () => {
    for (let i = 0; i < 20; i++) {
      get(`${i}`).catch(() => {});
      await source.fail(failure);
    }
    return Array.from({ length: 20 }, (_, i) => cache.explain(`${i}`).outcome).filter(
      (outcome) => outcome === 'failed',
    );
  };
  expect(await remembered()).toHaveLength(4);
  cache.resize(20);
  expect(await remembered()).toHaveLength(20);
  cache.resize(1);
  expect(cache.explain('0').outcome).toBe('miss');
  cache.clear();
  expect(await remembered()).toHaveLength(1);
});

test('resize bounds the failures too when a listener throws', async () => {
  const evict = () => {
    throw failure;
  };
  const { source, get, load, cache } = memoized({ errorTtl: 1e6, on: { evict } });
  for (const key of ['a', 'b']) await load(key, 'value');
  for (const key of ['c', 'd']) {
    get(key).catch(() => {});
    await source.fail(failure);
  }
  expect(() => cache.resize(1)).toThrow(failure);
  expect(['c', 'd'].map((key) => cache.explain(key).outcome)).toEqual(['miss', 'failed']);
});

test('explain says stale where a slow reload has a call be given the old value', async () => {
  jest.useFakeTimers();
  const { source, get, load, cache } = memoized({ staleIfError: 1e6, softTimeout: 30 });
  await load('k', 'old');
  source.now = 1000;
  const call = get('k');
  expect(cache.explain('k').outcome).toBe('loading');
  jest.advanceTimersByTime(30);
  expect([await call, cache.explain('k').outcome, await get('k')]).toEqual(['old', 'stale', 'old']);
  expect(source.runs).toHaveLength(2);
});

test('a failure from before an invalidation is neither remembered after it nor given to who came after', async () => {
  const source = new Source<string>();
  const get = memoize((key: string) => source.load(key), {
    errorTtl: 1000,
    tags: (value: string) => [value],
    ttl: 1000,
  });
  const before = get('k');
  invalidateTags('k');
  const after = get('k');
  await source.fail(failure);
  await expect(before).rejects.toBe(failure);
  expect(source.runs).toHaveLength(2);
  await source.fail(failure);
  await expect(after).rejects.toBe(failure);
  await expect(get('k')).rejects.toBe(failure);
  expect(source.runs).toHaveLength(2);
  invalidateTags('any');
  get('k').catch(() => {});
  expect(source.runs).toHaveLength(3);
});

test('what listeners throw at a load that throws at once reaches its caller', () => {
  const get = memoize(
    (): Promise<number> => {
      throw failure;
    },
    {
      timeout: 1000,
      on: {
        error: () => {
          throw new Error('listener');
        },
      },
    },
  );
  expect(get).toThrow(expect.objectContaining({ errors: [expect.objectContaining({ message: 'listener' }), failure] }));
});

test('what an evict listener throws where a promise was put is told to the error listener', async () => {
  const heard: unknown[] = [];
  const get = memoize(async (n: number) => n, {
    capacity: 1,
    on: {
      evict: () => {
        throw failure;
      },
      error: ({ error }) => heard.push(error),
    },
  });
  await get(1);
  cacheOf(get).put([2], Promise.resolve(2));
  await settle();
  expect(heard).toEqual([failure]);
});

test('signal has to give an AbortSignal or undefined', () => {
  const half = { aborted: false, addEventListener: () => {} };
  expect(() => memoize(async () => 1, { signal: () => half as never })()).toThrow('signal');
  const get = memoize(async (n: number) => n, { signal: (n) => n as never });
  const message = 'signal: expected an AbortSignal or undefined as its result, but got: number 1';
  expect(() => get(1)).toThrow(error({ code: 'MEMOKIT_BAD_OPTION', message }));
});

test('a load that its first caller has spoilt begins anew in the async context of a caller that waits', async () => {
  const requests = new AsyncLocalStorage<{ readonly signal: AbortSignal; readonly user: string }>();
  const seen: unknown[] = [];
  const load = memoize(
    async (id: number) => {
      const { signal, user } = requests.getStore()!;
      seen.push(user);
      await new Promise((resolve, reject) => {
        setTimeout(resolve, 20);
        signal.addEventListener('abort', () => reject(signal.reason));
      });
      return `${id} for ${user}`;
    },
    { signal: () => requests.getStore()!.signal },
  );
  const ada = new AbortController();
  const call = (user: string, { signal } = new AbortController()) => requests.run({ signal, user }, () => load(1));
  const calls = Promise.allSettled([call('ada', ada), call('bob'), call('eve')]);
  ada.abort('ada has left');
  expect(await calls).toEqual([
    { status: 'rejected', reason: 'ada has left' },
    { status: 'fulfilled', value: '1 for bob' },
    { status: 'fulfilled', value: '1 for bob' },
  ]);
  expect(seen).toEqual(['ada', 'bob']);
});

test('an aborted signal without a reason stands for an AbortError, one with null for null', async () => {
  const signalWith = (reason: unknown) => {
    const listeners = new Set<() => void>();
    return {
      aborted: false,
      reason,
      addEventListener: (_: string, listener: () => void) => listeners.add(listener),
      removeEventListener: (_: string, listener: () => void) => listeners.delete(listener),
      abort() {
        this.aborted = true;
        for (const listener of listeners) listener();
      },
    };
  };
  const get = memoize((_id: number, _signal?: unknown) => new Promise<never>(() => {}), {
    signal: (_id, signal) => signal as AbortSignal,
  });
  const signal = signalWith(undefined);
  const waiting = get(1, signal);
  signal.abort();
  await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
  await expect(get(2, signal)).rejects.toMatchObject({ name: 'AbortError' });
  const withNull = signalWith(null);
  const other = get(3, withNull);
  withNull.abort();
  await expect(other).rejects.toBe(null);
});
