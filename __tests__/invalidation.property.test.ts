import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { type CachedOptions, cached, cacheOf, evicts, puts } from 'memokit';

interface Row {
  readonly key: number;
  readonly version: number;
}

/** A service over rows that have versions; it waits at `pause` before and after it looks at them. */
function serviceOf(pause: (label: string) => Promise<void>, fails: () => boolean, options: CachedOptions) {
  const versions = [0, 0];
  const write = (key: number): Row => {
    if (fails()) throw new Error('not written');
    return { key, version: ++versions[key]! };
  };
  class Service {
    @cached(options)
    async get(key: number): Promise<Row> {
      const version = versions[key]!;
      await pause(`load ${key} of version ${version}`);
      if (fails()) throw new Error(`version ${version} not loaded`);
      return { key, version };
    }

    @puts<Service>('get', (key: number) => [key])
    async save(key: number): Promise<Row> {
      await pause(`save ${key}`);
      const row = write(key);
      await pause(`saved ${key}`);
      return row;
    }

    @puts<Service>('get', (key: number) => [key])
    saveNow(key: number): Row {
      return write(key);
    }

    @evicts<Service>('get', (key: number) => [key])
    async touch(key: number): Promise<Row> {
      await pause(`touch ${key}`);
      const row = write(key);
      await pause(`touched ${key}`);
      return row;
    }

    @evicts<Service>('get')
    async touchAny(key: number): Promise<Row> {
      await pause(`touch any, ${key}`);
      return write(key);
    }
  }
  return new Service();
}

const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ name: fc.constant('get' as const), key: fc.nat(1) }) },
  fc.record({ name: fc.constantFrom('save' as const, 'saveNow' as const, 'touch' as const), key: fc.nat(1) }),
  fc.record({ name: fc.constantFrom('touchAny' as const, 'wait' as const), key: fc.nat(1) }),
);

type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

let now = 0;
const clock = () => now;
const plain: CachedOptions = { capacity: 1, ttl: 10, clock };
const sets: CachedOptions[] = [
  plain,
  { ...plain, staleIfError: 1000 },
  { ...plain, staleWhileRevalidate: 30, errorTtl: 1000 },
  { ...plain, refreshAhead: 0.5, timeout: 60_000 },
];

test('whatever the order of loads and of mutators that take their time, who reads after one has succeeded sees nothing older', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.constantFrom(...sets),
      fc.array(step, { maxLength: 14, size: 'max' }),
      fc.array(fc.boolean(), { size: 'max', maxLength: 20 }),
      async (scheduler, options, steps, failures) => {
        now = 0;
        let asked = 0;
        const pause = (label: string) => scheduler.schedule(Promise.resolve(), label);
        const service = serviceOf(pause, () => failures[asked++] ?? false, options);
        /** What every read from now on must see at least. */
        const floors = [0, 0];
        const settled: Promise<void>[] = [];
        const read = (key: number) => {
          const floor = floors[key]!;
          const check = (row: Row) => {
            expect(row.key).toBe(key);
            expect(row.version).toBeGreaterThanOrEqual(floor);
          };
          // A failure that is remembered is forgotten with the entry.
          const failed = ({ message }: Error) => expect(Number(/\d+/.exec(message)![0])).toBeGreaterThanOrEqual(floor);
          settled.push(service.get(key).then(check, failed));
        };
        const succeeded = ({ key, version }: Row) => {
          floors[key] = Math.max(floors[key]!, version);
          // Who waits for a mutator reads as soon as it has succeeded.
          read(key);
        };
        const notWritten = ({ message }: Error) => expect(message).toBe('not written');
        const take = async ({ name, key }: Step) => {
          if (name === 'wait') now += 6;
          else if (name === 'get') read(key);
          else if (name === 'saveNow') {
            try {
              succeeded(service.saveNow(key));
            } catch (error) {
              notWritten(error as Error);
            }
          } else settled.push(service[name](key).then(succeeded, notWritten));
        };
        scheduler.scheduleSequence(
          steps.map((each) => ({ label: `${each.name} ${each.key}`, builder: () => take(each) })),
        );
        await scheduler.waitAll();
        // Each may add to them.
        for (const each of settled) await scheduler.waitFor(each);
        for (const [key, row] of cacheOf(service, 'get').entries()) {
          expect((await row).version).toBeGreaterThanOrEqual(floors[key as number]!);
        }
      },
    ),
    { numRuns: 500 },
  );
});
