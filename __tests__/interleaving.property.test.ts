import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { cacheOf, clearAll, memoize } from 'memokit';

const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ name: fc.constant('call' as const), key: fc.nat(2) }) },
  fc.record({ name: fc.constantFrom('delete' as const, 'put' as const), key: fc.nat(2) }),
  fc.record({ name: fc.constantFrom('clear' as const, 'clearAll' as const), key: fc.constant(0) }),
);

test('whatever the order of loads and invalidations, no call sees what was loaded before an invalidation that it came after', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.array(step, { maxLength: 14 }),
      fc.array(fc.boolean()),
      async (scheduler, steps, failures) => {
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
        const get = memoize(source, { capacity: 2 });
        const cache = cacheOf(get);
        const invalidate = (key: number) => {
          versions[key]!++;
          running[key] = 0;
        };
        const settled: Promise<void>[] = [];
        const sequence = steps.map(({ name, key }) => ({
          label: `${name} ${key}`,
          builder: async () => {
            switch (name) {
              case 'call': {
                const since = versions[key]!;
                settled.push(
                  get(key).then(
                    (value) => {
                      expect(value.key).toBe(key);
                      expect(value.version).toBeGreaterThanOrEqual(since);
                    },
                    (error: Error) => {
                      expect(Number(/\d+/.exec(error.message)?.[0])).toBeGreaterThanOrEqual(since);
                    },
                  ),
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
              default:
                for (const each of [0, 1, 2]) invalidate(each);
                name === 'clear' ? cache.clear() : clearAll();
            }
          },
        }));
        scheduler.scheduleSequence(sequence);
        await scheduler.waitAll();
        await Promise.all(settled);
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
      async (scheduler, keys, fails) => {
        const get = memoize(
          (key: number) => scheduler.schedule(fails ? Promise.reject(new Error(`${key}`)) : Promise.resolve(key)),
          {
            capacity: 1,
          },
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
