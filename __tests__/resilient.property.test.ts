import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import * as fc from 'fast-check';
import {
  type CachedOptions,
  cached,
  cacheOf,
  clearAll,
  evicts,
  expireTags,
  invalidateTags,
  loadSignal,
  TimeoutError,
} from 'memokit';
import { settle } from './support/source.js';
import { behind } from './support/stores.js';

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

interface Value {
  readonly key: number;
  readonly version: number;
  /** When its load ended, in steps. */
  readonly ended: number;
}

class SourceError extends Error {
  constructor(readonly version: number) {
    super(`version ${version}`);
  }
}

const KEYS = [0, 1];

const key = fc.nat(1);
const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ name: fc.constantFrom('call' as const, 'abortable' as const), key }) },
  { weight: 2, arbitrary: fc.record({ name: fc.constant('abort' as const), key: fc.nat(5) }) },
  { weight: 4, arbitrary: fc.record({ name: fc.constant('advance' as const), key: fc.constantFrom(10, 30, 60, 110) }) },
  { weight: 2, arbitrary: fc.record({ name: fc.constant('tags' as const), key }) },
  fc.record({ name: fc.constantFrom('delete' as const, 'put' as const, 'evicts' as const), key }),
  fc.record({ name: fc.constantFrom('clear' as const, 'clearAll' as const), key }),
  { weight: 2, arbitrary: fc.record({ name: fc.constantFrom('expire' as const, 'expireTags' as const), key }) },
  fc.record({ name: fc.constantFrom('expireAll' as const, 'soft' as const), key }),
);

const anyOptions = fc.record({
  capacity: fc.constantFrom(1, 8),
  staleWhileRevalidate: fc.constantFrom(0, 50, 200),
  staleIfError: fc.constantFrom(0, 50, 200),
  refreshAhead: fc.constantFrom(0.5, 1),
  errorTtl: fc.constantFrom(0, 40),
  timeout: fc.constantFrom(25, Infinity),
  softTimeout: fc.constantFrom(20, Infinity),
  jitter: fc.constantFrom(0, 0.5),
});
// A softTimeout without staleIfError is refused.
const options = anyOptions.map((each) => ({
  ...each,
  softTimeout: each.staleIfError > 0 ? each.softTimeout : Infinity,
}));

test('whatever the order of loads, reloads, timeouts, aborts, invalidations and expiry: nothing old after an invalidation, one load a key, and every waiter settles', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      options,
      fc.array(step, { minLength: 4, maxLength: 30 }),
      fc.array(fc.boolean()),
      behind.arbitrary,
      async (scheduler, chosen, steps, failures, isStored) => {
        let now = 0;
        let loads = 0;
        let most = 0;
        /** The version of the data of each key: each invalidation makes a new one; and the one that its failures may have. */
        const versions = KEYS.map(() => 0);
        const failing = KEYS.map(() => 0);
        /** The version that every value must have at least, as older ones were removed; and when each version ended. */
        const least = KEYS.map(() => 0);
        const ends: number[][] = KEYS.map(() => []);
        let time = 0;
        const running = KEYS.map(() => new Set<object>());
        const source = (key: number): Promise<Value> => {
          const version = versions[key]!;
          const run = {};
          const fails = failures[loads++] ?? false;
          most = Math.max(most, running[key]!.size + 1);
          running[key]!.add(run);
          loadSignal()?.addEventListener('abort', () => running[key]!.delete(run));
          return scheduler.schedule(Promise.resolve(), `load ${key} of version ${version}`).then(() => {
            running[key]!.delete(run);
            if (fails) throw new SourceError(version);
            return { key, version, ended: ++time };
          });
        };
        const resilient = {
          ...chosen,
          ...(isStored && { ...behind.options(true, () => now), id: () => 'one' }),
          ttl: 100,
          clock: () => now,
          signal: (_key, signal) => signal,
          tags: ({ key }) => [`key:${key}`],
        } satisfies CachedOptions<[number, AbortSignal?], Promise<Value>>;
        class Service {
          @cached(resilient)
          get(key: number, _signal?: AbortSignal): Promise<Value> {
            return source(key);
          }
          @evicts<Service>('get', (key) => [key])
          alter(key: number): void {
            invalidate(key);
          }
          @evicts<Service>('get', (key) => [key], { soft: true })
          alterSoftly(key: number): void {
            end(key);
          }
        }
        const service = new Service();
        const get = (key: number, signal?: AbortSignal) => service.get(key, signal);
        const cache = cacheOf(service, 'get');
        const begin = (key: number) => {
          ends[key]!.push(++time);
          failing[key] = ++versions[key]!;
        };
        /** Begins a version, of which an older value may stand in. */
        const end = (key: number) => {
          begin(key);
          running[key]!.clear();
        };
        const invalidate = (key: number) => {
          end(key);
          least[key] = versions[key]!;
        };
        const controllers: AbortController[] = [];
        const settled: Promise<void>[] = [];
        const call = (key: number, signal?: AbortSignal) => {
          const [since, leastSince] = [versions[key]!, least[key]!];
          const failingSince = failing[key]!;
          settled.push(
            get(key, signal).then(
              (value) => {
                expect(value.key).toBe(key);
                expect(value.version).toBeGreaterThanOrEqual(leastSince);
                if (value.version >= since) return;
                expect(value.ended).toBeLessThan(ends[key]![value.version]!);
                expect(chosen.staleIfError + chosen.staleWhileRevalidate).toBeGreaterThan(0);
              },
              (error: Error) => {
                if (error instanceof SourceError) expect(error.version).toBeGreaterThanOrEqual(failingSince);
                else expect(error instanceof TimeoutError || error === signal?.reason).toBe(true);
              },
            ),
          );
        };
        const sequence = steps.map(({ name, key }) => ({
          label: `${name} ${key}`,
          builder: async () => {
            if (name === 'call') call(key);
            else if (name === 'abortable') {
              const controller = new AbortController();
              controllers.push(controller);
              call(key, controller.signal);
            } else if (name === 'abort') controllers[key]?.abort();
            else if (name === 'advance') {
              now += key;
              jest.advanceTimersByTime(key);
            } else if (name === 'tags') {
              // A load in flight is not known to have the tag: it may go on.
              begin(key);
              least[key] = versions[key]!;
              invalidateTags(`key:${key}`);
            } else if (name === 'expireTags') {
              begin(key);
              expireTags(`key:${key}`);
            } else if (name === 'expire') {
              end(key);
              cache.expire(key);
            } else if (name === 'expireAll') {
              KEYS.forEach(end);
              cache.expireAll();
            } else if (name === 'soft') {
              service.alterSoftly(key);
            } else if (name === 'delete') {
              invalidate(key);
              cache.delete(key);
            } else if (name === 'evicts') service.alter(key);
            else if (name === 'put') {
              invalidate(key);
              cache.put([key], { key, version: versions[key]!, ended: ++time });
            } else {
              KEYS.forEach(invalidate);
              name === 'clear' ? cache.clear() : clearAll();
            }
            expect(cache.size).toBeLessThanOrEqual(chosen.capacity);
          },
        }));
        scheduler.scheduleSequence(sequence);
        await scheduler.waitAll();
        let waiting = settled.length;
        for (const call of settled) call.finally(() => waiting--).catch(() => {});
        // A waiter whose load turns out to be outdated waits for another.
        for (let i = 0; i < 5; i++) {
          jest.advanceTimersByTime(1000);
          await settle();
          await scheduler.waitAll();
        }
        expect(waiting).toBe(0);
        await Promise.all(settled);
        for (const [stored, value] of cache.entries()) {
          expect((await value).version).toBe(versions[stored as number]);
        }
        expect(most).toBeLessThanOrEqual(1);
        const { misses, loads: given, loadErrors } = cache.stats();
        expect([given + loadErrors, misses <= loads]).toEqual([loads, true]);
      },
    ),
  );
}, 60_000);
