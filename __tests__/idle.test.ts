import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { type CachedOptions, cached, cacheOf, memoize } from 'memokit';
import { Source, settle } from './support/source.js';

/** The option `idle`: an entry that no call has asked for in that time is gone. */

/** A function that counts its runs, with a clock that the test sets. */
function counted(options: CachedOptions) {
  const time = { now: 0 };
  let runs = 0;
  const get = memoize((_key: string) => ++runs, { clock: () => time.now, ...options });
  return { time, get, cache: cacheOf(get) };
}

test('an entry that no call has asked for in the time is gone, and a hit renews it', () => {
  const { time, get, cache } = counted({ idle: '10ms' });
  get('k');
  for (time.now of [9, 18, 27]) expect(get('k')).toBe(1);
  time.now = 37;
  expect([cache.has('k'), cache.size, cache.explain('k').outcome]).toEqual([false, 0, 'miss']);
  expect(get('k')).toBe(2);
  expect(cache.stats().evictions.expired).toBe(1);
});

test('peek, has and explain do not renew an entry', () => {
  const { time, get, cache } = counted({ idle: 10 });
  get('k');
  for (time.now of [3, 6, 9]) {
    expect([cache.peek('k'), cache.has('k'), [...cache].length]).toEqual([1, true, 1]);
    expect(cache.explain('k')).toMatchObject({ outcome: 'hit', expiresIn: 10 - time.now });
  }
  expect(cache.call('k')).toEqual({ value: 1, outcome: 'hit', age: 9, expiresIn: 10 });
  time.now = 18;
  expect(cache.peek('k')).toBe(1);
  time.now = 19;
  expect(cache.peek('k')).toBeUndefined();
});

test('hits never keep an entry beyond its ttl', () => {
  const { time, get, cache } = counted({ ttl: 25, idle: 10 });
  get('k');
  for (time.now of [8, 16, 24]) expect(get('k')).toBe(1);
  expect(cache.explain('k').expiresIn).toBe(1);
  time.now = 25;
  expect(cache.size).toBe(0);
  expect(get('k')).toBe(2);
});

test('an old value is gone too when no call has asked for the entry in the time', async () => {
  const source = new Source<string>();
  const options = { ttl: 10, staleIfError: 100, idle: 20, clock: source.clock } as const;
  const get = memoize((key: string) => source.load(key), options);
  get('k');
  await source.give('old');
  for (source.now of [15, 30, 45]) {
    const call = get('k');
    await source.fail(new Error('down'));
    expect(await call).toBe('old');
    source.now += 1;
  }
  source.now = 70;
  const call = get('k');
  await source.fail(new Error('down'));
  await expect(call).rejects.toThrow('down');
});

test('an entry that was expired keeps no more of its old value than idle leaves', () => {
  const { time, get, cache } = counted({ idle: 10, revalidate: 100 });
  get('k');
  time.now = 4;
  cache.expire('k');
  time.now = 9;
  expect(cache.size).toBe(1);
  time.now = 10;
  expect(cache.size).toBe(0);
});

test('idle works for getters, for many entries and beside a capacity', () => {
  let now = 0;
  class Service {
    runs = 0;
    @cached({ idle: 10, clock: () => now })
    get value() {
      return ++this.runs;
    }
    @cached({ idle: 10, capacity: 6, clock: () => now })
    of(key: number) {
      return `${key} ${++this.runs}`;
    }
  }
  const service = new Service();
  expect([service.value, service.value]).toEqual([1, 1]);
  for (let key = 0; key < 8; key++) service.of(key);
  now = 5;
  const seven = service.of(7);
  now = 12;
  expect([service.of(7) === seven, cacheOf(service, 'of').size, service.value]).toEqual([true, 1, 10]);
});

test('a cache without idle reads no clock for a hit', () => {
  let readings = 0;
  const clock = () => readings++;
  const get = memoize((n: number) => n, { clock });
  get(1);
  const before = readings;
  get(1);
  expect(readings).toBe(before);
});

const key = fc.nat(5);
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ name: fc.constant('call' as const), key }) },
  { weight: 3, arbitrary: fc.record({ name: fc.constant('advance' as const), key: fc.integer({ min: 1, max: 9 }) }) },
  {
    weight: 1,
    arbitrary: fc.record({ name: fc.constantFrom('put' as const, 'delete' as const, 'look' as const), key }),
  },
);

for (const isAsync of [false, true]) {
  test(`an entry is there exactly as long as a model of ttl and idle says, for ${isAsync ? 'an async' : 'a synchronous'} function`, async () => {
    const property = fc.asyncProperty(
      fc.constantFrom(Infinity, 20),
      fc.constantFrom(0, 12),
      fc.array(step, { maxLength: 80 }),
      async (ttl, past, steps) => {
        let now = 0;
        let runs = 0;
        const options: CachedOptions = { ttl, idle: 7, revalidate: past, clock: () => now };
        const load = (_key: number) => ++runs;
        const get = memoize(isAsync ? async (key: number) => load(key) : load, {
          ...options,
          ...(isAsync && { staleWhileRevalidate: past }),
        });
        const cache = cacheOf(get);
        const model = new Map<number, { value: number; loadedAt: number; askedAt: number }>();
        for (const { name, key } of steps) {
          const entry = model.get(key);
          const isIdle = entry === undefined || now >= entry.askedAt + 7;
          const isFresh = !isIdle && now < entry.loadedAt + ttl;
          const isStale = isAsync && !isIdle && !isFresh && now < entry.loadedAt + ttl + past;
          if (name === 'advance') now += key;
          else if (name === 'delete') {
            cache.delete(key);
            model.delete(key);
          } else if (name === 'put') {
            cache.put([key], -1);
            model.set(key, { value: -1, loadedAt: now, askedAt: now });
          } else if (name === 'look') {
            expect([cache.has(key), await cache.peek(key)]).toEqual([isFresh, isFresh ? entry.value : undefined]);
            const expiresIn = isFresh ? Math.min(entry.loadedAt + ttl, entry.askedAt + 7) - now : undefined;
            expect(cache.explain(key).expiresIn).toBe(expiresIn);
          } else {
            const before = runs;
            const value = await get(key);
            await settle();
            expect(value).toBe(isFresh || isStale ? entry!.value : runs);
            expect(runs - before).toBe(isFresh ? 0 : 1);
            if (isFresh) entry.askedAt = now;
            else model.set(key, { value: runs, loadedAt: now, askedAt: now });
          }
        }
      },
    );
    await fc.assert(property);
  });
}
