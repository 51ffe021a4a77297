import { monotonic, refresh } from '../time/clock.js';
import { requireCallback, requireTime } from '../validate.js';
import type { Engine } from './engine.js';
import { FailureGuard } from './failure-guard.js';
import { findEntry, isFenced } from './find-entry.js';
import { isHeldBy, isRunning } from './lease-record.js';
import { ListenerSet } from './listener-set.js';
import { heldFor, marksOf, NO_MARK, nameOfKey, newToken, tokenOfEntry } from './names.js';
import type {
  FillAnswer,
  Invalidated,
  InvalidationMode,
  Lease,
  LeaseAnswer,
  NewEntry,
  Store,
  StoredEntry,
  StoreEvent,
  StoreKey,
  StorePromises,
  StoreState,
} from './store.js';
import { requireEntry, requireInvalidation, requireKey, requireKeys, requireLease } from './store-arguments.js';
import { StoreTime } from './store-time.js';

export interface LocalStoreOptions {
  readonly promises: StorePromises;
  /** The wall clock, in milliseconds. It may run backwards. */
  readonly clock: () => number;
  /** Called after an operation that other clients may be told of. */
  readonly onEvent?: (event: StoreEvent) => void;
  /** Called at the first failure of the engine. */
  readonly onFailure?: (error: unknown) => void;
}

/** A store over an engine that answers at once: what leases, fences, marks and events mean is written here, once. */
export class LocalStore implements Store {
  readonly promises: StorePromises;
  readonly #engine: Engine;
  readonly #options: LocalStoreOptions;
  readonly #guard: FailureGuard;
  readonly #time: StoreTime;
  readonly #id = newToken();
  readonly #listeners = new ListenerSet<StoreEvent>();
  /** The clock up to which listeners were told, and the time of the last look at it. */
  #told = 0;
  #toldAt = -Infinity;
  /** Whether the last look worked. */
  #isHeard = true;
  #closing: Promise<void> | undefined;

  constructor(engine: Engine, options: LocalStoreOptions) {
    this.#engine = engine;
    this.#options = options;
    this.promises = options.promises;
    this.#guard = new FailureGuard(options.onFailure);
    this.#time = new StoreTime(engine, options.clock);
    this.#told = engine.clock();
    engine.release();
  }

  get state(): StoreState {
    return this.#guard.state;
  }

  async read(keys: readonly StoreKey[]): Promise<(StoredEntry | undefined)[]> {
    return this.readSync(keys);
  }

  async lease(key: StoreKey, ms: number, seen?: string, trace?: string): Promise<LeaseAnswer> {
    return this.leaseSync(key, ms, seen, trace);
  }

  async fill(lease: Lease, entry: NewEntry): Promise<FillAnswer> {
    return this.fillSync(lease, entry);
  }

  async renew(lease: Lease, ms: number): Promise<boolean> {
    return this.renewSync(lease, ms);
  }

  async release(lease: Lease): Promise<void> {
    this.releaseSync(lease);
  }

  async invalidate(what: Invalidated, mode?: InvalidationMode): Promise<boolean> {
    return this.invalidateSync(what, mode);
  }

  async replace(key: StoreKey, ms: number): Promise<Lease | undefined> {
    return this.replaceSync(key, ms);
  }

  readSync(keys: readonly StoreKey[]): (StoredEntry | undefined)[] {
    requireKeys(keys);
    const readAt = (now: number) => keys.map((key) => findEntry(this.#engine, key, now));
    const entries = this.attempt(() => readAt(this.#time.now()), undefined) ?? keys.map(() => undefined);
    // Otherwise, while nobody writes, entries would live longer by as much as the clock was set back.
    if (this.#time.isBehind) this.#transact(() => {}, undefined);
    return entries;
  }

  leaseSync(key: StoreKey, ms: number, seen?: string, trace?: string): LeaseAnswer {
    requireKey(key);
    requireTime('ms', ms);
    return this.#transact<LeaseAnswer>(
      (now) => {
        const entry = findEntry(this.#engine, key, now);
        if (entry && !entry.isExpired && entry.token !== seen) return { kind: 'found', entry };
        const name = nameOfKey(key);
        const held = this.#engine.lease(name);
        if (isRunning(held, now)) return heldFor(held.until - now, held.token);
        return { kind: 'taken', lease: this.#give(key, ms, now, trace) };
      },
      { kind: 'unavailable' },
    );
  }

  fillSync(lease: Lease, newEntry: NewEntry): FillAnswer {
    const { key, token, clock } = requireLease(lease);
    const { value, ttl, tags } = requireEntry(newEntry);
    const answer = this.#transact<FillAnswer>((now) => {
      const name = nameOfKey(key);
      const held = this.#engine.lease(name);
      if (held?.token === token) this.#engine.setLease(name, undefined);
      if (!isHeldBy(held, token, now) || isFenced(this.#engine, key.namespace, tags, clock)) return 'fenced';
      const entry = { value, tags, clock, token: tokenOfEntry(token), isExpired: false };
      this.#engine.setEntry(name, { ...entry, storedAt: now, endsAt: now + ttl });
      return 'stored';
    }, 'unavailable');
    if (answer !== 'unavailable') this.#options.onEvent?.({ kind: 'filled', key });
    return answer;
  }

  renewSync(lease: Lease, ms: number): boolean {
    requireLease(lease);
    requireTime('ms', ms);
    return this.#transact((now) => {
      const name = nameOfKey(lease.key);
      if (!isHeldBy(this.#engine.lease(name), lease.token, now)) return false;
      this.#engine.setLease(name, { token: lease.token, since: now, until: now + ms });
      return true;
    }, false);
  }

  releaseSync(lease: Lease): void {
    const { key, token } = requireLease(lease);
    const name = nameOfKey(key);
    this.#transact(() => {
      if (this.#engine.lease(name)?.token === token) this.#engine.setLease(name, undefined);
    }, undefined);
    this.#options.onEvent?.({ kind: 'filled', key });
  }

  invalidateSync(what: Invalidated, mode: InvalidationMode = 'remove'): boolean {
    requireInvalidation(what, mode);
    return this.#invalidate(what, mode, () => true) ?? false;
  }

  replaceSync(key: StoreKey, ms: number): Lease | undefined {
    requireKey(key);
    requireTime('ms', ms);
    return this.#invalidate({ keys: [key] }, 'remove', (now) => this.#give(key, ms, now));
  }

  #invalidate<T>(what: Invalidated, mode: InvalidationMode, end: (now: number) => T): T | undefined {
    const engine = this.#engine;
    const done = this.#transact<T | undefined>((now) => {
      engine.log({ source: this.#id, what, mode });
      const clock = engine.clock();
      for (const mark of marksOf(what)) {
        const { removed, expired } = engine.mark(mark) ?? NO_MARK;
        engine.setMark(mark, mode === 'remove' ? { removed: clock, expired } : { removed, expired: clock });
      }
      if ('keys' in what)
        for (const name of what.keys.map(nameOfKey)) {
          engine.endEntry(name, mode);
          engine.setLease(name, undefined);
        }
      return end(now);
    }, undefined);
    if (done !== undefined) this.#options.onEvent?.({ kind: 'invalidated', what, mode });
    return done;
  }

  /** Gives a new lease of a key, in a transaction. */
  #give(key: StoreKey, ms: number, now: number, trace?: string): Lease {
    const token = newToken(trace);
    this.#engine.setLease(nameOfKey(key), { token, since: now, until: now + ms });
    return { key, token, clock: this.#engine.clock() };
  }

  subscribe(listener: (event: StoreEvent) => void): () => void {
    requireCallback('listener', listener);
    return this.#listeners.add(listener);
  }

  catchUp(): void {
    // The last reading is old if the thread was busy since, or waited for a processor.
    refresh();
    const time = monotonic();
    if (time - this.#toldAt < this.promises.coherence) return;
    this.#toldAt = time;
    const events = this.attempt(() => {
      this.#engine.check?.();
      const clock = this.#engine.clock();
      if (clock === this.#told) return [];
      const logged = this.#engine.loggedSince(this.#told);
      this.#told = clock;
      const others = logged?.filter(({ source }) => source !== this.#id);
      return others?.map(({ what, mode }): StoreEvent => ({ kind: 'invalidated', what, mode })) ?? [DISTRUST];
    }, undefined);
    // Nobody knows any more what others invalidate. It is told once, as calls then go on without the store.
    for (const event of events ?? (this.#isHeard ? [DISTRUST] : [])) this.tell(event);
    this.#isHeard = events !== undefined;
  }

  tell(event: StoreEvent): void {
    this.#listeners.tell(event);
  }

  /** Runs an operation that only reads, or that only this engine has. */
  attempt<T>(run: () => T, otherwise: T): T {
    const runs = () => {
      try {
        return run();
      } finally {
        this.#engine.release();
      }
    };
    return this.#guard.attempt(runs, otherwise);
  }

  close(): Promise<void> {
    this.#guard.close();
    this.#listeners.clear();
    this.#closing ??= (async () => this.#engine.close())();
    return this.#closing;
  }

  /** Runs a function that writes. It gets the time at which its turn has come. */
  #transact<T>(run: (now: number) => T, otherwise: T): T {
    return this.#guard.attempt(() => this.#engine.transact(() => run(this.#time.advance())), otherwise);
  }
}

const DISTRUST: StoreEvent = { kind: 'distrust' };
