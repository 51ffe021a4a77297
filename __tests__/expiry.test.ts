import { expect, jest, test } from '@jest/globals';
import { type CachedOptions, cachedProxy, cacheOf, invalidateTags, memoize } from 'memokit';
import { Source, settle } from './support/source.js';

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

const failure = new Error('the source is down');

test('expire without stale options removes the entry, with the cause expired', async () => {
  const heard: unknown[] = [];
  const on = {
    evict: ({ key, value, cause }: { key: unknown; value: unknown; cause?: unknown }) =>
      heard.push([key, value, cause]),
  };
  const sync = memoize((n: number) => n * 10, { on });
  expect(cacheOf(sync).expire(1)).toBe(false);
  sync(1);
  expect([cacheOf(sync).expire(1), cacheOf(sync).size, heard]).toEqual([true, 0, [[1, 10, 'expired']]]);
  expect(cacheOf(sync).stats().evictions).toMatchObject({ expired: 1, deleted: 0 });
  // Also where entries age, as with a timeout, but nothing keeps them.
  const { load, cache } = memoized({ timeout: 500, on });
  await load('k', 'old');
  expect([cache.expire('k'), cache.size, cache.expire('k')]).toEqual([true, 0, false]);
  expect(heard).toEqual([
    [1, 10, 'expired'],
    ['k', expect.any(Promise), 'expired'],
  ]);
});

test('expire concerns the call with these arguments only, whatever takes the calls', async () => {
  const pairs = memoize((a: number, b: string) => `${a}${b}`);
  for (const [a, b] of [
    [1, 'a'],
    [2, 'b'],
  ] as const)
    pairs(a, b);
  cacheOf(pairs).expire(1, 'a');
  expect([cacheOf(pairs).has(1, 'a'), cacheOf(pairs).has(2, 'b')]).toEqual([false, true]);
  const proxy = cachedProxy({ find: (id: number) => ({ id }) }, { find: {} });
  const found = proxy.find(1);
  expect([cacheOf(proxy, 'find').expire(1), proxy.find(1) === found]).toEqual([true, false]);
  const batched = memoize.many(async (ids: readonly number[]) => ids.map((id) => ({ id })));
  const first = await batched(1);
  expect([cacheOf(batched).expire(1), (await batched(1)) === first]).toEqual([true, false]);
});

test('an expired value is given while a reload replaces it, for staleWhileRevalidate from then on', async () => {
  const { source, get, load, cache } = memoized({ staleWhileRevalidate: 500 });
  await load('k', 'old');
  source.now = 100;
  expect([cache.expire('k'), cache.has('k'), cache.explain('k').outcome, cache.size]).toEqual([
    true,
    false,
    'stale',
    1,
  ]);
  source.now = 599;
  expect([await get('k'), source.runs.length]).toEqual(['old', 2]);
  await source.give('new');
  expect([await get('k'), source.runs.length]).toEqual(['new', 2]);
  expect(cache.stats()).toMatchObject({ staleHits: 1, evictions: { expired: 0, replaced: 1 } });
  cache.expire('k');
  source.now = 599 + 500;
  expect([cache.explain('k').outcome, cache.size]).toEqual(['miss', 0]);
});

test('an expired value stands in for a load that fails, for staleIfError from then on', async () => {
  const { source, get, load, cache } = memoized({ staleIfError: 500 });
  await load('k', 'old');
  cache.expire('k');
  const call = get('k');
  expect(source.runs).toHaveLength(2);
  await source.fail(failure);
  expect(await call).toBe('old');
  source.now = 500;
  const late = get('k');
  await source.fail(failure);
  await expect(late).rejects.toBe(failure);
});

test('with ttl Infinity and a stale option, only expire ends an entry', async () => {
  const { source, get, load, cache } = memoized({ ttl: Infinity, staleIfError: Infinity });
  await load('k', 'old');
  source.now = 1e12;
  expect([await get('k'), source.runs.length]).toEqual(['old', 1]);
  cache.expire('k');
  source.now = 2e12;
  const call = get('k');
  await source.fail(failure);
  expect([await call, source.runs.length]).toEqual(['old', 2]);
});

test.each([1, 10])(
  'expire prolongs nothing: of %i entries, one that has ended already stays as long as it would have',
  async (count) => {
    const { source, load, cache } = memoized({ staleWhileRevalidate: 500 });
    for (let i = 1; i < count; i++) await load(`other ${i}`, 'other');
    await load('k', 'old');
    source.now = 1300;
    expect([cache.expire('k'), cache.explain('k').outcome]).toEqual([true, 'stale']);
    source.now = 1499;
    expect([cache.expire('k'), cache.explain('k').outcome]).toEqual([true, 'stale']);
    source.now = 1500;
    expect([cache.explain('k').outcome, cache.expire('k'), cache.size]).toEqual(['miss', false, 0]);
  },
);

test.each([2, 8])(
  'of %i entries, an expired one leaves the cache when its time has passed, and is no more recent',
  async (count) => {
    const { source, get, load, cache } = memoized({ ttl: Infinity, staleIfError: 500, capacity: count });
    for (let i = 0; i < count; i++) await load(`${i}`, `value ${i}`);
    cache.expire('0');
    expect(cache.size).toBe(count);
    source.now = 500;
    expect(cache.size).toBe(count - 1);
    await load('0', 'again');
    cache.expire('1');
    await load('more', 'more');
    expect([cache.explain('1').outcome, cache.stats().evictions]).toMatchObject(['miss', { capacity: 1, expired: 1 }]);
    expect(await get('0')).toBe('again');
  },
);

test.each([2, 8])('of %i entries, one that expires outlives no time that idle gives it', async (count) => {
  const { source, load, cache } = memoized({ ttl: Infinity, staleIfError: 1000, idle: 10 });
  for (let i = 0; i < count; i++) await load(`${i}`, `value ${i}`);
  source.now = 9;
  expect([cache.expire('0'), cache.explain('0').outcome, cache.size]).toEqual([true, 'miss', count]);
  source.now = 10;
  expect(cache.size).toBe(0);
});

test('an expired entry keeps its tags', async () => {
  const { load, cache } = memoized({ staleIfError: 500, tags: () => ['kept'] });
  await load('k', 'old');
  cache.expire('k');
  expect([invalidateTags('kept'), cache.size]).toEqual([1, 0]);
});

test.each<[string, CachedOptions]>([
  ['plain', {}],
  ['resilient', { staleWhileRevalidate: 500 }],
])('a %s load in flight is fenced by expire: its callers get the value, but it is not stored', async (_, options) => {
  const { source, get, cache } = memoized(options);
  const before = get('k');
  expect(cache.expire('k')).toBe(true);
  const after = get('k');
  expect(source.runs).toHaveLength(2);
  source.runs[0]!.resolve('old');
  await settle();
  expect([await before, cache.has('k')]).toEqual(['old', false]);
  source.runs[1]!.resolve('new');
  expect([await after, await get('k')]).toEqual(['new', 'new']);
});

test('a synchronous load that runs while its key expires is not stored, with or without options', () => {
  for (const options of [{}, { revalidate: 1000 }, { when: () => true }]) {
    const get = memoize(
      (n: number, act: () => void): string => {
        act();
        return `value ${n}`;
      },
      { ...options, key: (n) => n },
    );
    const plain = memoize((n: number): string => {
      if (n === 1) cacheOf(plain).expire(n);
      if (n === 2) cacheOf(plain).expireAll();
      return `value ${n}`;
    }, options);
    get(1, () => expect(cacheOf(get).expire(1, () => {})).toBe(true));
    for (const n of [1, 2, 3]) plain(n);
    expect([cacheOf(get).size, [1, 2, 3].map((n) => cacheOf(plain).has(n))]).toEqual([0, [false, false, true]]);
  }
});

test('a synchronous method loads again after expire, with the old value kept by revalidate', () => {
  let loads = 0;
  const get = memoize((_: number) => ++loads, { revalidate: 1000 });
  get(1);
  expect([cacheOf(get).expire(1), cacheOf(get).size, cacheOf(get).has(1)]).toEqual([true, 1, false]);
  expect([get(1), get(1)]).toEqual([2, 2]);
});

test('a failure that is remembered is forgotten by expire, as by expireAll', async () => {
  for (const end of ['expire', 'expireAll'] as const) {
    const { source, get, cache } = memoized({ errorTtl: 5000 });
    const first = get('k');
    await source.fail(failure);
    await expect(first).rejects.toBe(failure);
    expect(cache.explain('k').outcome).toBe('failed');
    expect(cache[end]('k')).toBe(end === 'expire' ? true : undefined);
    const second = get('k');
    await source.give('new');
    expect(await second).toBe('new');
  }
});

test('a call after expire loads at once, however short ago a load has failed', async () => {
  const { source, get, load, cache } = memoized({ staleWhileRevalidate: 60_000, staleIfError: 60_000 });
  await load('k', 'old');
  source.now = 1000;
  await get('k');
  await source.fail(failure);
  expect([await get('k'), source.runs.length]).toEqual(['old', 2]);
  cache.expire('k');
  expect([await get('k'), source.runs.length]).toEqual(['old', 3]);
});

test('the failure of a load from before expire is not remembered, and no back-off follows it', async () => {
  const { source, get, load, cache } = memoized({ staleIfError: 60_000, errorTtl: 5000 });
  await load('k', 'old');
  source.now = 1000;
  const before = get('k');
  cache.expire('k');
  await source.fail(failure);
  expect(await before).toBe('old');
  const after = get('k');
  await source.give('new');
  expect(await after).toBe('new');
});

test('where a load is slow, a caller from after expire waits for a load of its own, at most for softTimeout', async () => {
  jest.useFakeTimers();
  try {
    const { source, get, load, cache } = memoized({
      ttl: 10,
      staleIfError: 60_000,
      softTimeout: 50,
      clock: { now: () => performance.now() },
    });
    await load('k', 'old');
    await jest.advanceTimersByTimeAsync(10);
    const before = get('k');
    await jest.advanceTimersByTimeAsync(50);
    expect([await before, await get('k')]).toEqual(['old', 'old']);
    cache.expire('k');
    const [after, patient] = [get('k'), get('k')];
    expect(source.runs).toHaveLength(3);
    source.runs[1]!.resolve('outdated');
    await settle();
    expect(cache.has('k')).toBe(false);
    await jest.advanceTimersByTimeAsync(50);
    expect([await after, await patient]).toEqual(['old', 'old']);
    await source.give('new');
    expect(await get('k')).toBe('new');
  } finally {
    jest.useRealTimers();
  }
});

test('expireAll expires every entry and fences every load', async () => {
  const { source, get, load, cache } = memoized({ staleIfError: 500 });
  for (const key of ['a', 'b', 'c', 'd', 'e', 'f']) await load(key, `old ${key}`);
  const loading = get('g');
  cache.expireAll();
  await source.give('old g');
  expect(await loading).toBe('old g');
  expect([cache.size, [...cache.entries()]]).toEqual([6, []]);
  const call = get('a');
  await source.fail(failure);
  expect(await call).toBe('old a');
  const heard: unknown[] = [];
  const plain = memoize((n: number) => n, { on: { evict: ({ key, cause }) => heard.push([key, cause]) } });
  for (const n of [1, 2]) plain(n);
  cacheOf(plain).expireAll();
  expect([cacheOf(plain).size, heard]).toEqual([
    0,
    [
      [1, 'expired'],
      [2, 'expired'],
    ],
  ]);
});

test.each(
  (['expire', 'expireAll', 'delete'] as const).flatMap((end) => [[end, 'k'] as const, [end, 'failed'] as const]),
)('where a clock throws, %s leaves nothing outdated: %s', async (end, key) => {
  let isBroken = false;
  const { source, get, load, cache } = memoized({
    staleIfError: 60_000,
    errorTtl: 60_000,
    clock: () => {
      if (isBroken) throw new Error('no time');
      return source.now;
    },
  });
  if (key === 'k') await load('k', 'old');
  else {
    const failed = get('failed');
    await source.fail(failure);
    await expect(failed).rejects.toBe(failure);
  }
  expect(cache.explain(key).outcome).not.toBe('miss');
  isBroken = true;
  try {
    cache[end](key);
  } catch (error) {
    expect(error).toEqual(new Error('no time'));
  }
  isBroken = false;
  expect([cache.explain(key).outcome, cache.size]).toEqual(['miss', 0]);
});

test.each(['expire', 'delete'] as const)('where a clock fills the cache, %s leaves nothing outdated', async (end) => {
  let act = () => {};
  const get: (n: number) => object = memoize((n: number) => ({ n }), {
    ttl: 1000,
    clock: () => {
      act();
      return 0;
    },
  });
  const old = get(0);
  act = () => {
    act = () => {};
    for (let n = 1; n < 6; n++) get(n);
  };
  cacheOf(get)[end](0);
  expect(get(0)).not.toBe(old);
});
