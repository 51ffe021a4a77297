import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import * as fc from 'fast-check';
import { type CachedOptions, cacheOf, expireTags, invalidateTags, memoize } from 'memokit';
import { type Invalidated, type MemoryStore, memoryStore, type Store, tiered } from 'memokit/store';
import { settle } from './support/source.js';

/** Several clients of one store, each of which stands for a process with entries of its own in memory. */

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
  jest.restoreAllMocks();
});

const TTL = 100;
const LEASE_MS = 5000;
const KEYS = [0, 1];

interface Value {
  readonly key: number;
  readonly version: number;
  /** The time at which it was loaded or written. */
  readonly at: number;
}

/** What an engine does that does not work: it says so, throws, or does what it was asked and its answer is lost. */
type Trouble = 'none' | 'refuses' | 'throws' | 'loses';

const client = fc.nat(1);
const key = fc.nat(1);
const step = fc.oneof(
  { weight: 14, arbitrary: fc.record({ name: fc.constant('call' as const), client, key }) },
  { weight: 4, arbitrary: fc.record({ name: fc.constantFrom('delete' as const, 'put' as const), client, key }) },
  {
    weight: 2,
    arbitrary: fc.record({
      name: fc.constantFrom('expire' as const, 'change' as const, 'refresh' as const),
      client,
      key,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ name: fc.constantFrom('invalidateTags' as const, 'expireTags' as const), client, key }),
  },
  fc.record({ name: fc.constantFrom('clear' as const, 'expireAll' as const), client, key }),
  {
    weight: 4,
    arbitrary: fc.record({ name: fc.constant('wait' as const), client, key: fc.constantFrom(30, 60, 60, 110) }),
  },
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

/** Steps that break and mend the engine as one of the clients sees it. */
const trouble = fc.record({
  name: fc.constant('trouble' as const),
  client,
  key: fc.constant(0),
  trouble: fc.constantFrom<Trouble>('none', 'none', 'refuses', 'throws', 'loses'),
});

const options = fc.record({
  capacity: fc.constantFrom(1, 8, 8),
  staleWhileRevalidate: fc.constantFrom(0, 0, 50),
  staleIfError: fc.constantFrom(0, 0, 50),
  revalidate: fc.constantFrom(0, 0, 50),
});

type Given = typeof options extends fc.Arbitrary<infer G> ? G : never;

interface Case {
  /** `sync` methods, `async` methods over a store that answers at once, and over a `slow` one that only answers later. */
  readonly kind: 'sync' | 'async' | 'slow';
  readonly steps: fc.Arbitrary<(Step | (typeof trouble extends fc.Arbitrary<infer S> ? S : never))[]>;
}

const METHODS = {
  sync: 'synchronous methods',
  async: 'asynchronous methods',
  slow: 'a slow store',
};

const cases = (['sync', 'async', 'slow'] as const).flatMap((kind): [string, Case][] => [
  [`${METHODS[kind]}, an engine that works`, { kind, steps: fc.array(step, { maxLength: 36, size: 'max' }) }],
  [
    `${METHODS[kind]}, an engine in trouble`,
    { kind, steps: fc.array(fc.oneof({ weight: 3, arbitrary: step }, trouble), { maxLength: 36, size: 'max' }) },
  ],
]);

test.each(cases)(
  'whatever clients of one store do in whatever order, no call sees what was invalidated before it began, nothing outlives its ttl, and one load of a key runs at a time: %s',
  async (_, { kind, steps }) => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        options,
        steps,
        fc.array(fc.boolean()),
        async (scheduler, given, taken, fails) => {
          const world = new World(kind, scheduler, given, fails);
          scheduler.scheduleSequence(
            taken.map((each) => ({ label: JSON.stringify(each), builder: () => world.take(each) })),
          );
          await world.end();
        },
      ),
      { numRuns: process.env.TEST_LONG ? 2000 : 100 },
    );
  },
  120_000,
);

/** A source whose versions are counted, two clients before it, and what each of them may still see. */
class World {
  now = 0;
  readonly isSlow: boolean;
  readonly isSync: boolean;
  readonly scheduler: fc.Scheduler;
  /** How long an old value may stand in. */
  readonly stale: number;
  readonly versions = KEYS.map(() => 0);
  readonly clients: Client[];
  /** The loads of each key that run and were fenced by nobody. */
  readonly running = KEYS.map(() => new Set<object>());
  /** How often each key was invalidated in the engine, which ended its lease. */
  readonly fences = KEYS.map(() => 0);
  readonly refused: unknown[] = [];
  readonly settled: Promise<void>[] = [];
  unsettled = 0;
  hadTrouble = false;
  /** The longest time that an operation of the store took. */
  slowest = 0;
  #loads = 0;
  readonly #fails: readonly boolean[];

  constructor(kind: Case['kind'], scheduler: fc.Scheduler, given: Given, fails: readonly boolean[]) {
    this.isSlow = kind === 'slow';
    this.isSync = kind === 'sync';
    this.scheduler = scheduler;
    this.#fails = fails;
    this.stale = Math.max(given.staleWhileRevalidate, given.staleIfError);
    const store = memoryStore({ clock: () => 1_800_000_000_000 + this.now });
    // Whoever waits with the thread for the lease of a client in trouble would wait for ever: nobody else moves the clock.
    jest.spyOn(Atomics, 'wait').mockImplementation((_array, _index, _value, ms) => {
      this.now += Number(ms);
      return 'timed-out';
    });
    this.clients = [store, store.client()].map((each) => new Client(this, each, given));
  }

  /** Runs the method: what the clients cache. */
  begin(client: Client, key: number): () => Value {
    const version = this.versions[key]!;
    const isFailing = this.#fails[this.#loads++] ?? false;
    const run = {};
    client.runs++;
    const [own, all] = [client.running[key]!, this.running[key]!];
    // One whose lease was lost before the answer arrived is fenced before it begins.
    if (!this.isSlow || client.leased[key] === this.fences[key]) {
      own.add(run);
      all.add(run);
    }
    this.check(() => {
      // A fenced load that waited for its lease runs beside its successor when the engine fails both.
      if (this.isSync || !this.hadTrouble) expect(own.size).toBeLessThanOrEqual(1);
      if (!this.hadTrouble) expect(all.size).toBeLessThanOrEqual(1);
    });
    return () => {
      own.delete(run);
      all.delete(run);
      if (isFailing) throw new Error(`version ${version}`);
      return { key, version, at: this.now };
    };
  }

  /** Notes that loads of keys are fenced: those of one client, or of all. */
  fence(keys: readonly number[], client?: Client): void {
    for (const key of keys) {
      for (const run of client?.running[key] ?? []) this.running[key]!.delete(run);
      if (client === undefined) this.running[key]!.clear();
      for (const each of client === undefined ? this.clients : [client]) each.running[key]!.clear();
    }
  }

  check(run: () => void): void {
    try {
      run();
    } catch (error) {
      this.refused.push(error);
    }
  }

  watch(result: Promise<void>): void {
    this.unsettled++;
    const end = () => void this.unsettled--;
    this.settled.push(result.catch((error) => void this.refused.push(error)).then(end));
  }

  async take(step: Step | { name: 'trouble'; client: number; key: number; trouble: Trouble }): Promise<void> {
    const { name, key } = step;
    const client = this.clients[step.client]!;
    const { cache } = client;
    if (name === 'call') return client.call(key);
    if (name === 'refresh') return client.refresh(key);
    if (name === 'trouble') {
      client.trouble = step.trouble;
      this.hadTrouble ||= client.trouble !== 'none';
    } else if (name === 'wait') {
      // What is done without waiting takes no time.
      for (let round = 0; round < 4; round++) await settle();
      this.now += key;
      jest.advanceTimersByTime(key);
    } else if (name === 'change') this.versions[key]!++;
    else if (name === 'put') {
      this.versions[key]!++;
      this.fence([key], client);
      cache.put([key], this.given({ key, version: this.versions[key]!, at: this.now }));
      client.invalidated([key], false);
    } else if (name === 'invalidateTags' || name === 'expireTags') {
      this.versions[key]!++;
      // In one process, tags reach all clients.
      for (const each of this.clients) this.raise(each, [key], name === 'expireTags');
      (name === 'invalidateTags' ? invalidateTags : expireTags)(`store ${key}`);
    } else {
      const isAll = name === 'clear' || name === 'expireAll';
      const keys = isAll ? KEYS : [key];
      for (const each of keys) this.versions[each]!++;
      this.fence(keys, client);
      if (isAll) cache[name]();
      else cache[name](key);
      client.invalidated(keys, name === 'expire' || name === 'expireAll');
    }
  }

  given(value: Value): unknown {
    return this.isSync ? value : Promise.resolve(value);
  }

  /** From now on a client must see the versions of now; or, where an old value may stand in, one within its time. */
  raise(client: Client, keys: readonly number[], isSoft: boolean, versions = [...this.versions]): void {
    if (isSoft && this.stale > 0) return;
    for (const key of keys) client.least[key] = Math.max(client.least[key]!, versions[key]!);
  }

  /** Mends all engines, has everything end, and looks at what is left. */
  async end(): Promise<void> {
    const { scheduler, clients } = this;
    await scheduler.waitAll();
    for (const client of clients) client.trouble = 'none';
    // The leases that could not be given back end.
    await this.rest();
    this.now += LEASE_MS + 1;
    await this.rest();
    expect(this.unsettled).toBe(0);
    for (const client of clients) {
      let delivery: string | undefined;
      client.cache.delivered().then((given) => (delivery = given));
      await this.rest(() => delivery !== undefined);
      expect(delivery).toBe('delivered');
      const { hits, misses, loads, loadErrors } = client.cache.stats();
      this.check(() =>
        expect({ calls: hits + misses, runs: loads + loadErrors }).toEqual({ calls: client.calls, runs: client.runs }),
      );
      for (const [key, value] of client.cache.entries()) {
        const { version } = await (value as Value);
        this.check(() => expect(version).toBeGreaterThanOrEqual(client.least[key as number]!));
      }
    }
    for (const client of clients) for (const each of clients) this.raise(each, KEYS, false, client.told);
    for (const client of clients) for (const key of KEYS) client.call(key);
    await this.rest();
    expect(this.unsettled).toBe(0);
    expect(this.refused).toEqual([]);
  }

  /** Has everything go on that can. */
  async rest(isDone = () => this.unsettled === 0): Promise<void> {
    for (let round = 0; round < 60; round++) {
      await settle();
      // Reloads, releases and fills may go on when no call waits for them.
      if (this.scheduler.count() > 0) await this.scheduler.waitAll();
      else if (isDone()) return;
      else jest.advanceTimersByTime(25);
    }
  }
}

class Client {
  trouble: Trouble = 'none';
  calls = 0;
  runs = 0;
  /** The version of each key that a call that begins now has to see at least. */
  readonly least = KEYS.map(() => 0);
  /** The latest version of each key that this client has invalidated or put. */
  readonly told = KEYS.map(() => 0);
  readonly running = KEYS.map(() => new Set<object>());
  /** How often each key had been invalidated when this client was given its lease. */
  readonly leased = KEYS.map(() => 0);
  readonly #world: World;
  readonly #get: (key: number) => unknown;

  constructor(world: World, store: MemoryStore, given: Given) {
    const method = world.isSync
      ? (key: number) => world.begin(this, key)()
      : async (key: number) => {
          const finish = world.begin(this, key);
          await world.scheduler.schedule(Promise.resolve(), `load ${key}`);
          return finish();
        };
    const get = memoize(
      method as (key: number) => any,
      {
        ...given,
        ttl: TTL,
        clock: () => world.now,
        name: 'get',
        tags: (value: Value) => [`store ${value.key}`],
        store: tiered(storeOf(world, this, store), { leaseMs: LEASE_MS }),
      } as CachedOptions,
    );
    this.#world = world;
    this.#get = get;
  }

  get cache() {
    return cacheOf(this.#get);
  }

  call(key: number): void {
    const world = this.#world;
    const [since, start] = [this.least[key]!, world.now];
    this.calls++;
    const used = (value: Value) => {
      expect(value.key).toBe(key);
      expect(value.version).toBeGreaterThanOrEqual(since);
      // The fill and the read of a slow store take their time, and count for neither.
      if (value.at < start) expect(start - value.at).toBeLessThan(TTL + world.stale + 2 * world.slowest);
    };
    const failed = ({ message }: Error) => {
      expect(Number(/^version (\d+)$/.exec(message)?.[1])).toBeGreaterThanOrEqual(since);
    };
    world.watch((async () => this.#get(key) as Promise<Value>)().then(used, failed));
  }

  refresh(key: number): void {
    const world = this.#world;
    const since = world.versions[key]!;
    world.fence([key], this);
    const used = (value: Value) => expect(value.version).toBeGreaterThanOrEqual(since);
    const failed = ({ message }: Error) => expect(message).toMatch(/^version/);
    world.watch((async () => this.cache.refresh(key) as Promise<Value>)().then(used, failed));
  }

  /** Notes that this client has ended keys: it must see that at once, and the others when it is delivered. */
  invalidated(keys: readonly number[], isSoft: boolean): void {
    const world = this.#world;
    const versions = [...world.versions];
    world.raise(this, keys, isSoft);
    if (!isSoft || world.stale === 0) for (const key of keys) this.told[key] = versions[key]!;
    const isDone = this.cache.delivered().then((delivery) => {
      if (!world.hadTrouble) expect(delivery).toBe('delivered');
      if (delivery === 'delivered') for (const each of world.clients) world.raise(each, keys, isSoft, versions);
    });
    world.watch(isDone);
  }
}

/** A store as one client sees it: it answers at once or in its time, and may be in trouble. */
function storeOf(world: World, client: Client, store: MemoryStore): Store {
  const done = <T>(run: () => T, otherwise: T): T => {
    const { trouble } = client;
    if (trouble === 'throws') throw new Error('the engine is down');
    const answer = trouble === 'refuses' ? otherwise : run();
    return trouble === 'loses' ? otherwise : answer;
  };
  const later = async <T>(name: string, run: () => T): Promise<T> => {
    const start = world.now;
    await world.scheduler.schedule(Promise.resolve(), `${name} begins`);
    try {
      return run();
    } finally {
      await world.scheduler.schedule(Promise.resolve(), `${name} answers`);
      world.slowest = Math.max(world.slowest, world.now - start);
    }
  };
  const sync = {
    readSync: (keys) =>
      done(
        () => store.readSync!(keys),
        keys.map(() => undefined),
      ),
    leaseSync: (key, ms, seen) =>
      done(
        () => {
          const answer = store.leaseSync!(key, ms, seen);
          const [number] = keysOf({ keys: [key] }) as [number];
          if (answer.kind === 'taken') client.leased[number] = world.fences[number]!;
          return answer;
        },
        { kind: 'unavailable' },
      ),
    fillSync: (lease, entry) => done(() => store.fillSync!(lease, entry), 'unavailable'),
    renewSync: (lease, ms) => done(() => store.renewSync!(lease, ms), false),
    releaseSync: (lease) => done(() => store.releaseSync!(lease), undefined),
    invalidateSync: (what, mode) =>
      done(() => {
        // Whoever loads what it names is fenced when it has arrived.
        for (const key of keysOf(what)) world.fences[key]!++;
        world.fence(keysOf(what));
        return store.invalidateSync!(what, mode);
      }, false),
  } satisfies Partial<Store>;
  return {
    ...(world.isSlow ? {} : sync),
    read: (keys) => later('read', () => sync.readSync(keys)),
    lease: (key, ms, seen) => later('lease', () => sync.leaseSync(key, ms, seen)),
    fill: (lease, entry) => later('fill', () => sync.fillSync(lease, entry)),
    renew: (lease, ms) => later('renew', () => sync.renewSync(lease, ms)),
    release: (lease) => later('release', () => sync.releaseSync(lease)),
    invalidate: (what, mode) => later('invalidate', () => sync.invalidateSync(what, mode)),
    subscribe: (listener) => store.subscribe(listener),
    state: store.state,
    promises: store.promises,
    close: () => store.close(),
  };
}

/** The numbers of the keys that an invalidation fences. A load that is not known to have a tag goes on. */
function keysOf(what: Invalidated): readonly number[] {
  if ('keys' in what) return what.keys.map(({ key }) => Number(/\d+(?=\D*$)/.exec(key)![0]));
  return 'tags' in what ? [] : KEYS;
}
