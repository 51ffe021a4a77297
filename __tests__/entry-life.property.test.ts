import { AsyncLocalStorage } from 'node:async_hooks';
import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { type CachedOptions, cacheOf, clearAll, expireTags, invalidateTags, loadContext, memoize } from 'memokit';
import { behind } from './support/stores.js';

interface Value {
  readonly key: number;
  readonly version: number;
}

const KEYS = [0, 1];
const key = fc.nat(1);

/** What a program does. `change` changes the source and tells nobody; `write` changes it and puts the new value. */
const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ name: fc.constantFrom('call' as const, 'change' as const), key }) },
  { weight: 4, arbitrary: fc.record({ name: fc.constantFrom('refresh' as const, 'refreshed' as const), key }) },
  fc.record({ name: fc.constantFrom('expire' as const, 'delete' as const, 'write' as const), key }),
  fc.record({ name: fc.constantFrom('expireTags' as const, 'invalidateTags' as const), key }),
  fc.record({ name: fc.constantFrom('expireAll' as const, 'clear' as const, 'clearAll' as const), key }),
);

/** The options of a cache whose old values are given to nobody, with each of the loaders. */
const options: fc.Arbitrary<CachedOptions> = fc.record({
  capacity: fc.constantFrom(1, 8),
  revalidate: fc.constantFrom(0, 1000),
  timeout: fc.constantFrom(Infinity, 1e6),
});

test('whatever the order of loads, refreshes, expiries and writes, no call sees what came before one of these that it came after, and all settle', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      options,
      fc.array(step, { maxLength: 16 }),
      fc.array(fc.boolean()),
      behind.arbitrary,
      async (scheduler, given, steps, failures, isStored) => {
        const versions = [0, 0];
        /** The version that a call that comes now has to see at least. */
        const least = [0, 0];
        const origin = new AsyncLocalStorage<'refresh' | 'call'>();
        /** The loads of each key that run and were not fenced, and its refreshes, fenced or not. */
        const running = [0, 0];
        const refreshing = [0, 0];
        const fences = [0, 0];
        let loads = 0;
        const source = async (key: number): Promise<Value> => {
          const version = versions[key]!;
          const fails = failures[loads++] ?? false;
          const context = loadContext<Value>()!;
          context.tags(`key ${key}`);
          const isRefresh = origin.getStore() === 'refresh';
          if (isRefresh) {
            fence(key);
            expect(++refreshing[key]!).toBe(1);
          }
          const fenced = fences[key];
          expect(++running[key]!).toBe(1);
          await scheduler.schedule(Promise.resolve(), `load ${key} of version ${version}`);
          if (isRefresh) refreshing[key]!--;
          if (fences[key] === fenced) running[key]!--;
          if (fails) throw new Error(`version ${version}`);
          return context.previous?.value.version === version ? context.keep() : { key, version };
        };
        const get = memoize(source, { ...behind.options(isStored), ttl: Infinity, ...given });
        const cache = cacheOf(get);
        const fence = (key: number) => {
          fences[key]!++;
          running[key] = 0;
        };
        const end = (keys: readonly number[]) => {
          for (const key of keys) {
            fence(key);
            least[key] = versions[key]!;
          }
        };
        let unsettled = 0;
        const settled: Promise<void>[] = [];
        const check = (key: number, call: () => Promise<Value>, since: number, isRefresh: boolean) => {
          unsettled++;
          settled.push(
            origin.run(isRefresh ? 'refresh' : 'call', call).then(
              (value) => {
                unsettled--;
                expect(value.key).toBe(key);
                expect(value.version).toBeGreaterThanOrEqual(since);
                // What a refresh has given, later calls see at least.
                if (isRefresh) least[key] = Math.max(least[key]!, value.version);
              },
              (error: Error) => {
                unsettled--;
                expect(Number(/^version (\d+)$/.exec(error.message)?.[1])).toBeGreaterThanOrEqual(since);
              },
            ),
          );
        };
        const sequence = steps.map(({ name, key }) => ({
          label: `${name} ${key}`,
          builder: async () => {
            switch (name) {
              case 'call':
                return check(key, () => get(key), least[key]!, false);
              case 'refresh':
                return check(key, () => cache.refresh(key), versions[key]!, true);
              case 'refreshed':
                versions[key]!++;
                return check(key, () => cache.refresh(key), versions[key]!, true);
              case 'change':
                versions[key]!++;
                return;
              case 'write':
                versions[key]!++;
                end([key]);
                return cache.put([key], Promise.resolve({ key, version: versions[key]! }));
              case 'expire':
              case 'delete':
                end([key]);
                cache[name](key);
                return;
              case 'expireTags':
              case 'invalidateTags':
                end([key]);
                (name === 'expireTags' ? expireTags : invalidateTags)(`key ${key}`);
                return;
              default:
                end(KEYS);
                name === 'clearAll' ? clearAll() : cache[name]();
            }
          },
        }));
        scheduler.scheduleSequence(sequence);
        await scheduler.waitAll();
        await scheduler.waitFor(Promise.all(settled));
        expect(unsettled).toBe(0);
        expect(cache.size).toBeLessThanOrEqual(given.capacity!);
        for (const key of KEYS) {
          const value = await cache.peek(key);
          if (value !== undefined) expect(value.version).toBeGreaterThanOrEqual(least[key]!);
        }
        // Nothing is left of refreshes that have ended: the next one begins at once.
        const before = loads;
        const last = cache.refresh(0);
        expect(loads).toBe(before + 1);
        await scheduler.waitFor(last.catch(() => {}));
      },
    ),
  );
});

test('a failed refresh changes nothing that a program can see', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        ttl: fc.constantFrom(100, Infinity),
        revalidate: fc.constantFrom(0, 50),
        staleIfError: fc.constantFrom(0, 50),
        staleWhileRevalidate: fc.constantFrom(0, 50),
        errorTtl: fc.constantFrom(0, 50),
      }),
      fc.boolean(),
      fc.nat(200),
      fc.boolean(),
      behind.arbitrary,
      async (given, isLoaded, passed, isExpired, isStored) => {
        let now = 0;
        let fails = false;
        const get = memoize(
          async (id: number) => {
            if (fails) throw new Error('down');
            return { id };
          },
          { ...behind.options(isStored, () => now), ...given, tags: () => ['tag'], clock: () => now },
        );
        const cache = cacheOf(get);
        if (isLoaded) await get(1);
        if (isExpired) cache.expire(1);
        now = passed;
        const seen = () => {
          const { size, evictions } = cache.stats();
          return { explained: cache.explain(1), size, evictions, peeked: cache.peek(1), entries: [...cache.entries()] };
        };
        const before = seen();
        fails = true;
        await expect(cache.refresh(1)).rejects.toThrow('down');
        expect(seen()).toEqual(before);
        fails = false;
        expect(await get(1)).toEqual({ id: 1 });
      },
    ),
  );
});
