import { expect, jest, test } from '@jest/globals';
import {
  BatchError,
  type CachedOptions,
  cached,
  cachedProxy,
  cacheOf,
  caches,
  loadContext,
  loadSignal,
  memoize,
} from 'memokit';
import { error } from './support/error.js';

/** The option `bypass`: a call that goes past the cache. */

test('a bypassed call runs the method, and reads, stores and shares nothing', () => {
  const heard = jest.fn();
  let runs = 0;
  const key = jest.fn((n: number) => n);
  const get = memoize((n: number, isDraft?: boolean) => `${n} ${isDraft} ${++runs}`, {
    bypass: (_n, isDraft) => isDraft === true,
    key,
    on: { hit: heard, miss: heard, evict: heard, error: heard },
  });
  expect([get(1, true), get(1, true)]).toEqual(['1 true 1', '1 true 2']);
  expect([key.mock.calls, heard.mock.calls, cacheOf(get).size]).toEqual([[], [], 0]);
  expect([get(1), get(1), get(1, true)]).toEqual(['1 undefined 3', '1 undefined 3', '1 true 4']);
  const counts = { hits: 1, misses: 1, loads: 1, bypassed: 3, size: 1 };
  expect(cacheOf(get).stats()).toMatchObject(counts);
});

test('bypass is called on the receiver, for methods, getters and the methods of a proxy', () => {
  const bypass = function (this: { isLive: boolean }) {
    return this.isLive;
  };
  class Service {
    isLive = true;
    runs = 0;
    @cached({ bypass })
    get(_key: string) {
      return ++this.runs;
    }
    @cached({ bypass })
    get value() {
      return ++this.runs;
    }
    find(_key: string) {
      return ++this.runs;
    }
  }
  const service = new Service();
  const proxy = cachedProxy(service, { find: { bypass } });
  expect([service.get('a'), service.get('a'), service.value, service.value]).toEqual([1, 2, 3, 4]);
  expect([proxy.find('a'), proxy.find('a')]).toEqual([5, 6]);
  service.isLive = false;
  expect([service.get('a'), service.get('a'), service.value, service.value]).toEqual([7, 7, 8, 8]);
  expect([proxy.find('a'), proxy.find('a')]).toEqual([9, 9]);
  const [counted] = caches().filter(({ name }) => name === 'Service.get');
  expect(counted!.stats()).toMatchObject({ bypassed: 2, misses: 1, hits: 1 });
});

test('a bypassed call joins no load in flight, and none joins it', async () => {
  let runs = 0;
  const get = memoize(async (_key: string, _isFresh = false) => ++runs, {
    bypass: (_key, isFresh) => isFresh === true,
    key: (key) => key,
    ttl: '1s',
    staleIfError: '1m',
    timeout: '5s',
  });
  expect(await Promise.all([get('k'), get('k', true), get('k', true), get('k')])).toEqual([1, 2, 3, 1]);
  expect(await get('k')).toBe(1);
});

test('the method of a bypassed call runs for no load, and what it throws reaches the caller', () => {
  const seen: unknown[] = [];
  const inner = memoize(
    (isThrown: boolean) => {
      seen.push(loadContext(), loadSignal());
      if (isThrown) throw new Error('thrown');
      return 1;
    },
    { bypass: () => true },
  );
  const outer = memoize(() => {
    inner(false);
    expect(() => inner(true)).toThrow('thrown');
    return loadContext();
  });
  expect(outer()).toBeDefined();
  expect(seen).toEqual([undefined, undefined, undefined, undefined]);
  expect(cacheOf(inner).stats()).toMatchObject({ bypassed: 2, loadErrors: 0 });
});

test('a bypassed call of a batched method has a batch of its own, at once', async () => {
  const lists: (readonly number[])[] = [];
  let isBypassed = false;
  const load = memoize.many(
    async (ids: readonly number[]) => {
      lists.push([...ids]);
      return ids.map((id) => (id < 0 ? new Error(`no ${id}`) : id * 2));
    },
    { bypass: () => isBypassed },
  );
  const ordinary = [load(1), load(2)];
  isBypassed = true;
  const beside = [load(1), load(1)];
  isBypassed = false;
  ordinary.push(load(3));
  expect(await Promise.all([...ordinary, ...beside])).toEqual([2, 4, 6, 2, 2]);
  expect(lists).toEqual([[1], [1], [1, 2, 3]]);
  isBypassed = true;
  await expect(load(-1)).rejects.toThrow('no -1');
  await expect((load as (...args: unknown[]) => unknown)(1, 2)).rejects.toThrow('expected one argument');
  const broken = memoize.many(async () => [] as number[], { bypass: () => true });
  await expect(broken(1)).rejects.toBeInstanceOf(BatchError);
  expect(cacheOf(load).stats()).toMatchObject({ bypassed: 4, size: 3 });
});

test('a bypassed call of a batched method leaves its signal out of the list', async () => {
  const lists: unknown[] = [];
  const many = async (ids: readonly number[]) => {
    lists.push(ids);
    return [...ids];
  };
  const get = memoize(async (id: number, _signal?: AbortSignal) => id, {
    many,
    signal: (_id, signal) => signal,
    bypass: () => true,
  });
  const { signal } = new AbortController();
  expect(await Promise.all([get(1, signal), get(2, undefined), get(3)])).toEqual([1, 2, 3]);
  expect(lists).toEqual([[1], [2], [3]]);
});

test('bypass must decide at once, and what it throws reaches the caller', async () => {
  const refusal = error({
    code: 'MEMOKIT_BAD_OPTION',
    message: 'bypass: expected a function that is not async, but got: function',
  });
  expect(() => memoize(() => 1, { bypass: (async () => true) as never })).toThrow(refusal);
  expect(() => memoize(() => 1, { bypass: true as never })).toThrow(
    'bypass: expected a function, but got: boolean true',
  );
  const get = (bypass: () => unknown) => memoize(() => 1, { bypass } as CachedOptions);
  expect(get(() => Promise.reject(new Error('late')))).toThrow(
    'bypass: expected a boolean as its result, but got: object',
  );
  expect(
    get(() => {
      throw new Error('thrown');
    }),
  ).toThrow('thrown');
  expect([get(() => 1)(), get(() => undefined)()]).toEqual([1, 1]);
  await new Promise((resolve) => setTimeout(resolve));
});

test('call and explain tell of a bypassed call', async () => {
  const bypass = (n: number) => n > 5;
  const double = memoize((n: number) => n * 2, { bypass });
  const slow = memoize(async (n: number) => n * 2, { bypass });
  cacheOf(double).put([9], 0);
  const outcome = 'bypassed';
  expect(cacheOf(double).call(9)).toEqual({ value: 18, outcome, age: 0, expiresIn: 0 });
  expect(await cacheOf(slow).call(9)).toEqual({ value: 18, outcome, age: 0, expiresIn: 0 });
  expect([cacheOf(double).explain(9), cacheOf(double).explain(1).outcome]).toEqual([{ outcome }, 'miss']);
  expect([cacheOf(double).stats().bypassed, cacheOf(slow).stats().bypassed]).toEqual([1, 1]);
});

test('explain makes no key of a bypassed call', () => {
  const key = jest.fn((id: number | null) => id!.toFixed());
  const get = memoize((id: number | null) => id, { key, bypass: (id) => id === null });
  expect(cacheOf(get).explain(null)).toEqual({ outcome: 'bypassed' });
  expect(key).not.toHaveBeenCalled();
  expect(cacheOf(get).explain(1)).toEqual({ key: '1', outcome: 'miss' });
});
