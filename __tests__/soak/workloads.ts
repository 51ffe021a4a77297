import {
  cached,
  cacheOf,
  caches,
  evicts,
  invalidateTags,
  LruCache,
  loadSignal,
  memoize,
  puts,
  TimeoutError,
} from 'memokit';
import type { Random } from '../support/random.js';
import type { Ledger } from './ledger.js';
import { FlakySource, SourceError, sleep } from './source.js';

/** One kind of load. `step` makes some calls and checks their results; `finish` checks the counts once all has settled. */
export interface Workload {
  readonly name: string;
  /** Calls that asked for a value. */
  asked: number;
  step(): void | Promise<void>;
  finish(): void;
}

export type MakeWorkload = (ledger: Ledger, random: Random) => Workload;

interface Counts {
  readonly hits: number;
  readonly misses: number;
  readonly coalesced: number;
  readonly loads: number;
  readonly loadErrors: number;
}

/** Checks the counts of calls, and that each load that began has been counted as one that ended. */
function checkCounts(ledger: Ledger, { name, asked }: Workload, counts: Counts, source: FlakySource): void {
  ledger.equal(counts.hits + counts.misses, asked, `${name}: hits + misses`);
  ledger.check(counts.coalesced <= counts.hits, () => `${name}: more coalesced calls than hits`);
  ledger.equal(counts.loads + counts.loadErrors, source.begun, `${name}: loads that have ended`);
  ledger.equal(source.pending, 0, `${name}: loads in flight at the end`);
}

/** Awaits a call that may fail with an error of the given classes. Returns `undefined` then. */
async function attempt<T>(ledger: Ledger, call: Promise<T>, ...expected: (new (...args: any[]) => Error)[]) {
  try {
    return await call;
  } catch (error) {
    ledger.check(
      expected.some((Class) => error instanceof Class),
      () => `a call failed with ${error}`,
    );
    return undefined;
  }
}

/** Old values that answer during a reload, after a failure and when the source is slow. */
const stale: MakeWorkload = (ledger, random) => {
  const source = new FlakySource(random, 0.1);
  const get = memoize((id: number) => source.load({ id, tag: `stale ${id}` }), {
    name: 'stale',
    ttl: 20,
    jitter: 0.2,
    staleWhileRevalidate: 20,
    staleIfError: 200,
    softTimeout: 4,
    refreshAhead: 0.7,
    errorTtl: 5,
    capacity: 60,
  });
  return {
    name: 'stale',
    asked: 0,
    async step() {
      const id = random.below(100);
      this.asked++;
      const value = await attempt(ledger, get(id), SourceError);
      if (value !== undefined) ledger.equal(value.tag, `stale ${id}`, 'stale: the value of a key');
    },
    finish() {
      const stats = cacheOf(get).stats();
      checkCounts(ledger, this, stats, source);
      ledger.equal(stats.loads, source.fulfilled, 'stale: loads');
      ledger.equal(stats.loadErrors, source.failed, 'stale: failed loads');
      ledger.check(stats.staleHits > 0, () => 'stale: no call was answered with an old value');
      ledger.check(stats.size <= 60, () => `stale: ${stats.size} entries`);
    },
  };
};

/** Results of several objects under tags. A call after an invalidation never sees an older version. */
const tags: MakeWorkload = (ledger, random) => {
  const source = new FlakySource(random, 0.03);
  const versions = Array<number>(8).fill(0);

  class Reports {
    constructor(readonly owner: number) {}

    @cached({ tags: ({ team }: { team: number }) => [`soak team ${team}`, 'soak'], capacity: 40 })
    get(team: number, page: number) {
      return source.load({ owner: this.owner, team, page, version: versions[team]! });
    }
  }
  const all = Array.from({ length: 10 }, (_, owner) => new Reports(owner));
  return {
    name: 'tags',
    asked: 0,
    async step() {
      const team = random.below(versions.length);
      if (random.next() < 0.02) {
        versions[team]!++;
        invalidateTags(`soak team ${team}`);
        return;
      }
      if (random.next() < 0.001) invalidateTags('soak', `unknown ${random.below(1e6)}`);
      const owner = random.below(all.length);
      const page = random.below(10);
      const oldest = versions[team]!;
      this.asked++;
      const value = await attempt(ledger, all[owner]!.get(team, page), SourceError);
      if (value === undefined) return;
      const found = [value.owner, value.team, value.page].join();
      ledger.equal(found, [owner, team, page].join(), 'tags: the value of a key and an instance');
      ledger.check(value.version >= oldest, () => `tags: version ${value.version} after ${oldest}`);
    },
    finish() {
      const counts = all.map((each) => cacheOf(each, 'get').stats());
      const sum = (name: keyof Counts) => counts.reduce((total, each) => total + each[name], 0);
      ledger.equal(sum('hits') + sum('misses'), this.asked, 'tags: hits + misses');
      ledger.equal(sum('loads') + sum('loadErrors'), source.begun, 'tags: loads that have ended');
      ledger.equal(source.pending, 0, 'tags: loads in flight at the end');
      invalidateTags('soak');
      ledger.equal(
        all.reduce((total, each) => total + cacheOf(each, 'get').size, 0),
        0,
        'tags: entries after an invalidation of all',
      );
    },
  };
};

/** Methods that write. A call after a write never sees an older version. */
const writes: MakeWorkload = (ledger, random) => {
  const source = new FlakySource(random, 0.03);
  const writing = new FlakySource(random, 0.1);

  class Users {
    readonly versions = new Map<number, number>();
    constructor(readonly owner: number) {}

    @cached({ capacity: 30 })
    get(id: number) {
      return source.load(this.#row(id));
    }

    @evicts<Users>('get', (id: number) => [id])
    async change(id: number) {
      this.versions.set(id, (this.versions.get(id) ?? 0) + 1);
      const row = this.#row(id);
      await writing.load(row).catch(() => {});
      return row;
    }

    @puts<Users>('get', (id: number) => [id])
    async replace(id: number) {
      this.versions.set(id, (this.versions.get(id) ?? 0) + 1);
      const row = this.#row(id);
      await writing.load(row).catch(() => {});
      return row;
    }

    #row(id: number) {
      return { owner: this.owner, id, version: this.versions.get(id) ?? 0 };
    }
  }
  const all = Array.from({ length: 5 }, (_, owner) => new Users(owner));
  /** The version that every later call of a user has to see. */
  const written = new Map<string, number>();
  return {
    name: 'writes',
    asked: 0,
    async step() {
      const owner = random.below(all.length);
      const id = random.below(40);
      const users = all[owner]!;
      const key = `${owner} ${id}`;
      if (random.next() < 0.1) {
        const { version } = await (random.next() < 0.5 ? users.change(id) : users.replace(id));
        written.set(key, Math.max(version, written.get(key) ?? 0));
        return;
      }
      const oldest = written.get(key) ?? 0;
      this.asked++;
      const value = await attempt(ledger, users.get(id), SourceError);
      if (value === undefined) return;
      ledger.equal(`${value.owner} ${value.id}`, key, 'writes: the value of a key and an instance');
      ledger.check(value.version >= oldest, () => `writes: version ${value.version} after ${oldest} of ${key}`);
    },
    finish() {
      const counts = all.map((each) => cacheOf(each, 'get').stats());
      const sum = (name: keyof Counts) => counts.reduce((result, each) => result + each[name], 0);
      ledger.equal(sum('hits') + sum('misses'), this.asked, 'writes: hits + misses');
      ledger.equal(sum('loads') + sum('loadErrors'), source.begun, 'writes: loads that have ended');
      ledger.equal(source.pending + writing.pending, 0, 'writes: loads and writes in flight at the end');
    },
  };
};

/** Batches, of which some fail as a whole and some for single keys. */
const batches: MakeWorkload = (ledger, random) => {
  const source = new FlakySource(random, 0.02);
  let keys = 0;
  const get = memoize.many(
    async (ids: readonly number[]) => {
      keys += ids.length;
      const failing = ids.map(() => random.next() < 0.02);
      await source.load(undefined);
      return ids.map((id, index) => (failing[index] ? new SourceError(`no ${id}`) : { id, tag: `batch ${id}` }));
    },
    { name: 'batches', ttl: 50, errorTtl: 10, capacity: 80 },
  );
  return {
    name: 'batches',
    asked: 0,
    async step() {
      const ids = Array.from({ length: 1 + random.below(20) }, () => random.below(200));
      this.asked += ids.length;
      await Promise.all(
        ids.map(async (id) => {
          const value = await attempt(ledger, get(id) as Promise<{ tag: string }>, SourceError);
          if (value !== undefined) ledger.equal(value.tag, `batch ${id}`, 'batches: the value of a key');
        }),
      );
    },
    finish() {
      const stats = cacheOf(get).stats();
      ledger.equal(stats.hits + stats.misses, this.asked, 'batches: hits + misses');
      ledger.equal(stats.loads + stats.loadErrors, keys, 'batches: keys that were loaded');
      ledger.equal(source.pending, 0, 'batches: batches in flight at the end');
    },
  };
};

class Gone extends Error {}

/** Callers that give up, and loads that take longer than their `timeout`. */
const signals: MakeWorkload = (ledger, random) => {
  const source = new FlakySource(random, 0.03);
  const get = memoize(
    (id: number, _signal?: AbortSignal) => {
      const signal = loadSignal();
      return source.load({ tag: `signal ${id}` }, signal);
    },
    { name: 'signals', signal: (_id, signal) => signal, timeout: 6, ttl: 15, capacity: 50 },
  );
  return {
    name: 'signals',
    asked: 0,
    async step() {
      const id = random.below(80);
      const controller = new AbortController();
      const gone = new Gone(`${id}`);
      const patience = random.next();
      if (patience < 0.05) controller.abort(gone);
      const isPatient = patience > 0.7;
      if (!controller.signal.aborted) this.asked++;
      const call = isPatient ? get(id) : get(id, controller.signal);
      if (!isPatient && patience > 0.3) {
        void sleep(random.below(6)).then(() => controller.abort(gone));
      }
      try {
        const value = await call;
        ledger.equal(value.tag, `signal ${id}`, 'signals: the value of a key');
      } catch (error) {
        const isOwn = error === gone && !isPatient;
        ledger.check(isOwn || error instanceof SourceError || error instanceof TimeoutError, () => `signals: ${error}`);
      }
    },
    finish() {
      checkCounts(ledger, this, cacheOf(get).stats(), source);
    },
  };
};

/** How many instances the whole run makes and drops. */
export const INSTANCES = 50_000;

/** Instances that are made, used for a moment and dropped. */
const instances =
  (share: () => number): MakeWorkload =>
  (ledger, random) => {
    const source = new FlakySource(random, 0.01);
    const refs: WeakRef<object>[] = [];
    let made = 0;

    class Session {
      constructor(readonly owner: number) {}

      @cached({ name: 'Session.greet' })
      greet(name: string) {
        return `${this.owner} greets ${name}`;
      }

      @cached({ name: 'Session.load', ttl: 100 })
      load(id: number) {
        return source.load(`${this.owner} loads ${id}`);
      }

      @cached({ name: 'Session.answer' })
      get answer() {
        return this.owner * 2;
      }
    }
    let loaded = 0;
    const use = async (workload: Workload) => {
      const session = new Session(made++);
      if (made % 500 === 1) refs.push(new WeakRef(session));
      for (const name of ['ada', 'bob', 'ada']) {
        workload.asked++;
        ledger.equal(session.greet(name), `${session.owner} greets ${name}`, 'instances: the value of an instance');
      }
      ledger.equal(session.answer + session.answer, session.owner * 4, 'instances: the getter of an instance');
      if (made % 10 !== 0) return;
      const id = random.below(3);
      loaded += 2;
      const values = await Promise.all([id, id].map((each) => attempt(ledger, session.load(each), SourceError)));
      for (const value of values) {
        if (value !== undefined) ledger.equal(value, `${session.owner} loads ${id}`, 'instances: the loaded value');
      }
    };
    return {
      name: 'instances',
      asked: 0,
      async step() {
        // Keeps up with the share of the time that has passed.
        const due = Math.ceil(share() * INSTANCES) - made;
        await Promise.all(Array.from({ length: due }, () => use(this)));
      },
      finish() {
        ledger.equal(made, INSTANCES, 'instances: number');
        const totals = new Map(caches().map((each) => [each.name, each.stats()]));
        const greet = totals.get('Session.greet')!;
        ledger.equal(greet.hits + greet.misses, this.asked, 'instances: hits + misses');
        ledger.equal(greet.misses, (this.asked / 3) * 2, 'instances: misses');
        const load = totals.get('Session.load')!;
        ledger.equal(load.hits + load.misses, loaded, 'instances: hits + misses of loads');
        ledger.equal(load.loads + load.loadErrors, source.begun, 'instances: loads that have ended');
        const alive = refs.filter((ref) => ref.deref() !== undefined).length;
        ledger.check(alive <= 2, () => `instances: ${alive} of ${refs.length} are still held`);
      },
    };
  };

/** A synchronous function of nested arguments, with evictions. */
const evictions: MakeWorkload = (ledger, random) => {
  let computed = 0;
  const events = { hit: 0, miss: 0, evict: 0 };
  const text = memoize(
    (value: unknown, ...rest: unknown[]) => {
      computed++;
      return JSON.stringify([value, ...rest]);
    },
    {
      name: 'evictions',
      capacity: 100,
      on: { hit: () => events.hit++, miss: () => events.miss++, evict: () => events.evict++ },
    },
  );
  const make = (depth: number): unknown => {
    const kind = random.below(depth > 3 ? 4 : 7);
    if (kind === 0) return random.below(4);
    if (kind === 1) return `${random.below(4)}`;
    if (kind === 2) return random.pick([null, true, '(', ',']);
    if (kind === 3) return random.next() < 0.5 ? [] : {};
    if (kind === 4) return { a: make(depth + 1), b: random.below(3) };
    return Array.from({ length: random.below(3) }, () => make(depth + 1));
  };
  return {
    name: 'evictions',
    asked: 0,
    step() {
      for (let left = 40; left > 0; left--) {
        const args = Array.from({ length: 1 + random.below(3) }, () => make(0)) as [unknown];
        this.asked++;
        ledger.equal(text(...args), JSON.stringify(args), 'evictions: the value of a key');
      }
    },
    finish() {
      const stats = cacheOf(text).stats();
      ledger.equal(stats.hits + stats.misses, this.asked, 'evictions: hits + misses');
      ledger.equal(stats.misses, computed, 'evictions: misses');
      ledger.equal(stats.evictions.capacity, events.evict, 'evictions: events of entries that left');
      ledger.equal(stats.hits, events.hit, 'evictions: events of hits');
      ledger.equal(stats.misses, events.miss, 'evictions: events of misses');
      ledger.equal(computed - events.evict, stats.size, 'evictions: entries');
      ledger.equal(stats.size, 100, 'evictions: size');
    },
  };
};

/** An `LruCache` with weights and times to live. */
const lru: MakeWorkload = (ledger, random) => {
  const source = new FlakySource(random, 0.05);
  let left = 0;
  let added = 0;
  const cache = new LruCache<string, { key: string }>({
    capacity: 500,
    ttl: 30,
    weigh: () => 5,
    onEvict: () => left++,
  });
  return {
    name: 'lru',
    asked: 0,
    async step() {
      const key = `key ${random.below(150)}`;
      const kind = random.next();
      this.asked++;
      if (kind < 0.2) {
        added++;
        cache.set(key, { key });
      } else if (kind < 0.25) cache.delete(key);
      else if (kind < 0.5) {
        const value = await attempt(
          ledger,
          cache.getOrLoad(key, () => source.load({ key })),
          SourceError,
        );
        if (value !== undefined) ledger.equal(value.key, key, 'lru: the loaded value of a key');
      } else {
        const value = cache.get(key);
        if (value !== undefined) ledger.equal(value.key, key, 'lru: the value of a key');
      }
    },
    finish() {
      ledger.check(cache.size <= 100, () => `lru: ${cache.size} entries`);
      ledger.check(left <= added + source.fulfilled, () => 'lru: more entries left than were added');
      ledger.equal(source.pending, 0, 'lru: loads in flight at the end');
      cache.clear();
      ledger.equal(cache.size, 0, 'lru: entries after clear');
    },
  };
};

/** @param share The fraction of the run that has passed. */
export const workloads = (share: () => number): MakeWorkload[] => [
  stale,
  tags,
  writes,
  batches,
  signals,
  instances(share),
  evictions,
  lru,
];
