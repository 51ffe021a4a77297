import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { type CachedOptions, cacheOf, clearAll, expireTags, memoize } from 'memokit';
import { behind } from './support/stores.js';

const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ name: fc.constant('call' as const), key: fc.nat(2) }) },
  fc.record({ name: fc.constantFrom('delete' as const, 'expire' as const, 'expireTags' as const), key: fc.nat(2) }),
  fc.record({ name: fc.constant('put' as const), key: fc.nat(2) }),
  fc.record({
    name: fc.constantFrom('clear' as const, 'clearAll' as const, 'expireAll' as const),
    key: fc.constant(0),
  }),
);

test('whatever the order of loads and invalidations, no call sees what was loaded before an invalidation that it came after', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.array(step, { maxLength: 14 }),
      fc.array(fc.boolean()),
      behind.arbitrary,
      async (scheduler, steps, failures, isStored) => {
        /** The version of the data of each key: each invalidation makes a new one. */
        const versions = [0, 0, 0];
        const running = [0, 0, 0];
        let loads = 0;
        const source = async (key: number): Promise<{ key: number; version: number }> => {
          const version = versions[key]!;
          const fails = failures[loads++] ?? false;
          expect(++running[key]!).toBeLessThanOrEqual(1);
          const result = scheduler.schedule(Promise.resolve(), `load ${key} of version ${version}`);
          const finished = () => {
            // A fenced load may still run beside its successor; only loads of the current version are counted.
            if (versions[key] === version) running[key]!--;
          };
          await result;
          finished();
          if (fails) throw new Error(`version ${version}`);
          return { key, version };
        };
        const get = memoize(source, { ...behind.options(isStored), capacity: 2, tags: ({ key }) => [`key ${key}`] });
        const cache = cacheOf(get);
        const invalidate = (key: number) => {
          versions[key]!++;
          running[key] = 0;
        };
        const settled: Promise<void>[] = [];
        const refused: unknown[] = [];
        const sequence = steps.map(({ name, key }) => ({
          label: `${name} ${key}`,
          builder: async () => {
            switch (name) {
              case 'call': {
                const since = versions[key]!;
                settled.push(
                  get(key)
                    .then(
                      (value) => {
                        expect(value.key).toBe(key);
                        expect(value.version).toBeGreaterThanOrEqual(since);
                      },
                      (error: Error) => {
                        expect(Number(/\d+/.exec(error.message)?.[0])).toBeGreaterThanOrEqual(since);
                      },
                    )
                    .catch((error) => void refused.push(error)),
                );
                break;
              }
              case 'put':
                invalidate(key);
                cache.put([key], scheduler.schedule(Promise.resolve({ key, version: versions[key]! }), `put ${key}`));
                break;
              case 'delete':
                invalidate(key);
                cache.delete(key);
                break;
              case 'expire':
                invalidate(key);
                cache.expire(key);
                break;
              case 'expireTags':
                invalidate(key);
                expireTags(`key ${key}`);
                break;
              default:
                for (const each of [0, 1, 2]) invalidate(each);
                name === 'clearAll' ? clearAll() : cache[name]();
            }
          },
        }));
        scheduler.scheduleSequence(sequence);
        await scheduler.waitAll();
        // A call that an invalidation by tag has overtaken begins another load.
        for (const each of settled) await scheduler.waitFor(each);
        expect(refused).toEqual([]);
        expect(cache.size).toBeLessThanOrEqual(2);
        for (const [key, value] of cache.entries()) {
          expect((await value).version).toBe(versions[key as number]);
        }
      },
    ),
  );
});

test('every waiter of a load settles with its result or its error', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.array(fc.nat(3), { minLength: 1, maxLength: 20 }),
      fc.boolean(),
      behind.arbitrary,
      async (scheduler, keys, fails, isStored) => {
        const get = memoize(
          (key: number) => scheduler.schedule(fails ? Promise.reject(new Error(`${key}`)) : Promise.resolve(key)),
          { ...behind.options(isStored), capacity: 1 },
        );
        const calls = keys.map((key) => get(key));
        await scheduler.waitAll();
        const results = await Promise.allSettled(calls);
        results.forEach((result, i) => {
          expect(result).toMatchObject(
            fails ? { status: 'rejected', reason: { message: `${keys[i]}` } } : { status: 'fulfilled', value: keys[i] },
          );
        });
        expect(cacheOf(get).stats().misses).toBe(new Set(keys).size);
        expect(cacheOf(get).size).toBe(fails ? 0 : 1);
      },
    ),
  );
});

interface Version {
  readonly key: number;
  readonly version: number;
  /** When its load ended, in steps. */
  readonly ended: number;
}

const agingStep = fc.oneof(
  { weight: 5, arbitrary: fc.record({ name: fc.constant('call' as const), key: fc.nat(1) }) },
  {
    weight: 3,
    arbitrary: fc.record({ name: fc.constantFrom('expire' as const, 'expireTags' as const), key: fc.nat(1) }),
  },
  fc.record({ name: fc.constantFrom('expireAll' as const, 'delete' as const, 'wait' as const), key: fc.nat(1) }),
);

const STALE = 10;
let now = 0;
const agingOptions: CachedOptions[] = [
  { staleWhileRevalidate: STALE },
  { staleIfError: STALE },
  { staleIfError: STALE, staleWhileRevalidate: STALE / 2, errorTtl: 100 },
  { revalidate: STALE },
];

test('a call after an expiration sees an older value only as a stale hit, within its time, and from no load that ended later', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.constantFrom(...agingOptions),
      fc.array(agingStep, { maxLength: 16, size: 'max' }),
      fc.array(fc.boolean(), { size: 'max', maxLength: 20 }),
      behind.arbitrary,
      async (scheduler, options, steps, failures, isStored) => {
        now = 0;
        /** The version of the data of each key, and what each of its ends has left. */
        const versions = [0, 0];
        const deleted = [0, 0];
        const ends: { step: number; time: number }[][] = [[], []];
        let [step, loads, stale] = [0, 0, 0];
        const get = memoize(
          async (key: number): Promise<Version> => {
            const version = versions[key]!;
            const fails = failures[loads++] ?? false;
            await scheduler.schedule(Promise.resolve(), `load ${key} of version ${version}`);
            if (fails) throw new Error(`version ${version}`);
            return { key, version, ended: ++step };
          },
          {
            ...behind.options(isStored, () => now),
            ttl: Infinity,
            ...options,
            clock: () => now,
            tags: ({ key }) => [`aging ${key}`],
          },
        );
        const cache = cacheOf(get);
        const end = (key: number) => {
          versions[key]!++;
          ends[key]!.push({ step: ++step, time: now });
        };
        const settled: Promise<void>[] = [];
        const refused: unknown[] = [];
        const call = (key: number) => {
          const [since, least, time] = [versions[key]!, deleted[key]!, now];
          const check = (value: Version) => {
            expect(value.key).toBe(key);
            expect(value.version).toBeGreaterThanOrEqual(least);
            if (value.version >= since) return;
            // Its first end is the one that has made the next version.
            const { step: endedAt, time: endedSince } = ends[key]![value.version]!;
            expect(value.ended).toBeLessThan(endedAt);
            expect(time).toBeLessThan(endedSince + STALE);
            expect(options.revalidate).toBe(undefined);
            stale++;
          };
          const failed = (error: Error) => expect(Number(/\d+/.exec(error.message)![0])).toBeGreaterThanOrEqual(since);
          settled.push(
            get(key)
              .then(check, failed)
              .catch((error) => void refused.push(error)),
          );
        };
        const take = async (name: (typeof steps)[number]['name'], key: number) => {
          if (name === 'wait') now += STALE / 2;
          else if (name === 'call') call(key);
          else if (name === 'expireAll') {
            for (const each of [0, 1]) end(each);
            cache.expireAll();
          } else {
            end(key);
            if (name === 'expireTags') expireTags(`aging ${key}`);
            else cache[name](key);
            if (name === 'delete') deleted[key] = versions[key]!;
          }
        };
        scheduler.scheduleSequence(
          steps.map(({ name, key }) => ({ label: `${name} ${key}`, builder: () => take(name, key) })),
        );
        await scheduler.waitAll();
        for (const each of settled) await scheduler.waitFor(each);
        expect(refused).toEqual([]);
        expect(stale).toBeLessThanOrEqual(cache.stats().staleHits);
        for (const [key, value] of cache.entries()) expect((await value).version).toBe(versions[key as number]);
      },
    ),
  );
});
