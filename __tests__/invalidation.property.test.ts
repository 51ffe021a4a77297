import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { type CachedOptions, cached, cacheOf, evicts, puts } from 'memokit';
import { behind } from './support/stores.js';

interface Row {
  readonly key: number;
  version: number;
  /** When it was loaded or written, in steps. */
  at: number;
}

/** A service over rows that have versions; it waits at `pause` before and after it looks at them. */
function serviceOf(
  pause: (label: string) => Promise<void>,
  fails: () => boolean,
  options: CachedOptions,
  step: () => number,
) {
  const versions = [0, 0];
  const write = (key: number): Row => {
    if (fails()) throw new Error('not written');
    return { key, version: ++versions[key]!, at: step() };
  };
  /** Runs a mutator in a transaction, and then what it has deferred. Resolves with no row after a rollback. */
  const transact = async (mutate: (commit: (() => void)[]) => Promise<Row>): Promise<Row | undefined> => {
    const hooks: (() => void)[] = [];
    const row = await mutate(hooks);
    await pause(`commit ${row.key}`);
    if (fails()) return undefined;
    Object.assign(row, { version: ++versions[row.key]!, at: step() });
    await pause(`committed ${row.key}`);
    for (const hook of hooks) hook();
    return row;
  };
  class Service {
    @cached(options)
    async get(key: number): Promise<Row> {
      const version = versions[key]!;
      await pause(`load ${key} of version ${version}`);
      if (fails()) throw new Error(`version ${version} not loaded`);
      return { key, version, at: step() };
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

    @evicts<Service>('get', (key: number) => [key], { soft: true })
    async touchSoftly(key: number): Promise<Row> {
      await pause(`touch softly ${key}`);
      const row = write(key);
      await pause(`touched softly ${key}`);
      return row;
    }

    @evicts<Service>('get', (key: number) => [key], { defer: (apply, _key, hooks) => hooks.push(apply) })
    async touchLater(key: number, _hooks: (() => void)[]): Promise<Row> {
      await pause(`touch later ${key}`);
      if (fails()) throw new Error('not written');
      return { key, version: Number.NaN, at: Number.NaN };
    }

    @puts<Service>('get', (key: number) => [key], { defer: (apply, _key, hooks) => hooks.push(apply) })
    async saveLater(key: number, _hooks: (() => void)[]): Promise<Row> {
      await pause(`save later ${key}`);
      if (fails()) throw new Error('not written');
      // The version is known at the commit.
      return { key, version: Number.NaN, at: Number.NaN };
    }
  }
  const service = new Service();
  const touchCommitted = (key: number) => transact((hooks) => service.touchLater(key, hooks));
  const saveCommitted = (key: number) => transact((hooks) => service.saveLater(key, hooks));
  return { service, touchCommitted, saveCommitted };
}

const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ name: fc.constant('get' as const), key: fc.nat(1) }) },
  fc.record({ name: fc.constantFrom('save' as const, 'saveNow' as const, 'touch' as const), key: fc.nat(1) }),
  fc.record({ name: fc.constantFrom('touchAny' as const, 'touchSoftly' as const, 'wait' as const), key: fc.nat(1) }),
  fc.record({ name: fc.constantFrom('touchCommitted' as const, 'saveCommitted' as const), key: fc.nat(1) }),
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
      behind.arbitrary,
      async (scheduler, options, taken, failures, isStored) => {
        now = 0;
        let asked = 0;
        const pause = (label: string) => scheduler.schedule(Promise.resolve(), label);
        let steps = 0;
        const { service, ...transactions } = serviceOf(
          pause,
          () => failures[asked++] ?? false,
          isStored ? { ...options, ...behind.options(true, clock), id: () => 'one' } : options,
          () => ++steps,
        );
        /** What every read from now on must see at least. */
        const floors = [0, 0];
        /** What it must see at least, unless it sees an old value that was there before the write. */
        const softFloors = [0, 1].map(() => ({ version: 0, at: Infinity }));
        const settled: Promise<void>[] = [];
        const refused: unknown[] = [];
        const watch = (checked: Promise<void>) => settled.push(checked.catch((error) => void refused.push(error)));
        const read = (key: number) => {
          const floor = floors[key]!;
          const soft = { ...softFloors[key]! };
          const check = (row: Row) => {
            expect(row.key).toBe(key);
            expect(row.version).toBeGreaterThanOrEqual(floor);
            const isOld = row.version < soft.version;
            if (isOld) expect(row.at).toBeLessThan(soft.at);
            expect(isOld && !options.staleIfError && !options.staleWhileRevalidate).toBe(false);
          };
          // A failure that is remembered is forgotten with the entry.
          const failed = ({ message }: Error) => {
            const version = Number(/\d+/.exec(message)![0]);
            expect(version).toBeGreaterThanOrEqual(Math.max(floor, soft.version));
          };
          watch(service.get(key).then(check, failed));
        };
        const succeeded = (row: Row | undefined) => {
          if (row === undefined) return;
          const { key, version } = row;
          floors[key] = Math.max(floors[key]!, version);
          // Who waits for a mutator reads as soon as it has succeeded.
          read(key);
        };
        const softened = ({ key, version }: Row) => {
          if (version > softFloors[key]!.version) softFloors[key] = { version, at: ++steps };
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
          } else if (name === 'touchSoftly') watch(service.touchSoftly(key).then(softened, notWritten));
          else if (name === 'touchCommitted' || name === 'saveCommitted')
            watch(transactions[name](key).then(succeeded, notWritten));
          else watch(service[name](key).then(succeeded, notWritten));
        };
        scheduler.scheduleSequence(
          taken.map((each) => ({ label: `${each.name} ${each.key}`, builder: () => take(each) })),
        );
        await scheduler.waitAll();
        // Each may add to them.
        for (const each of settled) await scheduler.waitFor(each);
        expect(refused).toEqual([]);
        for (const [key, row] of cacheOf(service, 'get').entries()) {
          expect((await row).version).toBeGreaterThanOrEqual(floors[key as number]!);
        }
      },
    ),
    { numRuns: 500 },
  );
});
