import { callAll, rethrow } from '../call-all.js';
import type { Codec } from '../codec/codec.js';
import { living, type Reference, referenceTo } from '../platform.js';
import { isPromise, nativePromise } from '../promise.js';
import { type SharedStore, shared } from '../shared-registry.js';
import { nameOfKey } from '../store/names.js';
import type { Invalidated, InvalidationMode, Lease, Store, StoreEvent, StoreKey } from '../store/store.js';
import { endTagged } from '../tags/end-tagged.js';
import { monotonic } from '../time/clock.js';
import { startTimer } from '../time/timer.js';
import { AskedStore, type Maybe, type Replaced, then } from './asked-store.js';
import { drive, type Steps } from './drive.js';
import { Journal } from './journal.js';
import { scopeOfTag } from './scopes.js';
import { Waiters } from './waiters.js';

/** The source of a definition, as the link to its store sees it. What it returns ends something, and may call listeners. */
export interface Linked {
  endsOfKey(key: string, isSoft: boolean): (() => void)[];
  /** Ends all results; with a prefix, those of one scope. */
  endsOfScope(prefix: string | undefined, isSoft: boolean): (() => void)[];
  /** Has each result read again before it answers. */
  distrusts(): (() => void)[];
  /** Has the next hit ask the store what has ended. */
  doubt(): void;
}

/**
 * The link to one store that all definitions of this process share: it asks the store, notes what the store could not be
 * told, and passes on what the store tells. None of its methods throws or rejects because the store fails.
 */
export class StoreLink implements SharedStore {
  readonly asked: AskedStore;
  readonly codec: Codec;
  /** Whether the store answers at once, so that it can stand behind a synchronous method. */
  readonly isSync: boolean;
  /** The puts on their way, by the name of the key. An invalidation takes them out. */
  readonly puts = new Map<string, object>();
  readonly #journal = new Journal();
  /** The invalidations on their way. */
  readonly #onTheirWay = new Set<Promise<unknown>>();
  #flushedAt = -Infinity;
  #isFlushTimed = false;
  readonly #sources = new Map<string, Set<Reference<Linked>>>();
  readonly #waiters = new Waiters();
  #isTrusted = false;

  constructor(store: Store, codec: Codec, leaseMs: number) {
    this.asked = new AskedStore(store, leaseMs);
    this.codec = codec;
    this.isSync = store.readSync !== undefined && codec.isSync;
    store.subscribe((event) => this.#apply(event));
    shared.stores.add(referenceTo(this));
  }

  /** Adds the source of a definition under the name of its results. */
  add(namespace: string, source: Linked): void {
    const sources = this.#sources.get(namespace) ?? new Set();
    sources.add(referenceTo(source));
    this.#sources.set(namespace, sources);
  }

  sourcesOf(namespace: string): Linked[] {
    return living(this.#sources.get(namespace) ?? new Set<Reference<Linked>>());
  }

  /** Invalidates in the store, or notes what it could not be told. Loads of this process wait until it is done. */
  invalidate(what: Invalidated, mode: InvalidationMode): Maybe<unknown> {
    this.#overtakePuts(what);
    const note = (isDone: boolean) => isDone || this.#note(what, mode);
    // In order: what is noted goes first.
    return this.#journal.isEmpty ? this.track(then(this.asked.invalidate(what, mode), note)) : note(false);
  }

  /** As `invalidate` for one key, and gives its lease, for a value that a caller has put; none if it cannot be had. */
  replace(key: StoreKey): Maybe<Lease | undefined> {
    const what = { keys: [key] };
    this.#overtakePuts(what);
    const end = ({ isTold, lease }: Replaced) => {
      if (!isTold) this.#note(what, 'remove');
      return lease;
    };
    const failed = { isTold: false, lease: undefined };
    return this.#journal.isEmpty ? this.track(then(this.asked.replace(key), end)) : end(failed);
  }

  #note(what: Invalidated, mode: InvalidationMode): void {
    this.#journal.add({ what, mode });
    this.#flushLater();
  }

  /** Has the loads that begin from now on wait for a change of the store. */
  track<T>(change: Maybe<T>): Maybe<T> {
    if (!isPromise(change)) return change;
    const end = () => void this.#onTheirWay.delete(ended);
    const ended: Promise<void> = nativePromise(change).then(end, end);
    this.#onTheirWay.add(ended);
    return change;
  }

  /** Ends what has one of the tags, for `invalidateTags` and `expireTags`. */
  endTagged(tags: readonly string[], isSoft: boolean): void {
    if (tags.length > 0) this.invalidate({ tags }, modeOf(isSoft));
  }

  /** Whether nothing is noted that the store could not be told. */
  get isCurrent(): boolean {
    return this.#journal.isEmpty;
  }

  /** Whether the store may be used: whether it knows of all that this process has invalidated. Tries again to tell it. */
  ready(): Maybe<boolean> {
    if (this.#onTheirWay.size > 0) return this.#arrived().then(() => this.ready());
    if (this.#journal.isEmpty) return true;
    const now = monotonic();
    if (now - this.#flushedAt < FLUSH_INTERVAL) return false;
    this.#flushedAt = now;
    return this.#flush();
  }

  /** Waits for what is on its way. Tells whether the store knows of all. */
  async isTold(): Promise<boolean> {
    await this.#arrived();
    return this.#journal.isEmpty || this.#flush();
  }

  /** Has the store tell what other processes have ended, and tells whether a hit may leave that out for a while. */
  poll(): boolean {
    const { store } = this.asked;
    if (store.poll === undefined) return true;
    try {
      store.poll();
    } catch {
      // It fails, against its contract, as its other methods may.
    }
    const { coherence } = store.promises;
    if (coherence === 0 || coherence === Infinity) return coherence > 0;
    if (!this.#isTrusted) {
      this.#isTrusted = true;
      startTimer(coherence + ROUNDING, () => {
        this.#isTrusted = false;
        for (const namespace of this.#sources.keys()) for (const source of this.sourcesOf(namespace)) source.doubt();
      });
    }
    return true;
  }

  /** Resolves when a key may have been filled or released, or after at most so many milliseconds. */
  wake(key: StoreKey, ms: number): Promise<void> {
    const { promises, state } = this.asked.store;
    return this.#waiters.wait(nameOfKey(key), ms, promises.tellsFills && !state.isBlind);
  }

  #overtakePuts(what: Invalidated): void {
    if ('keys' in what) for (const key of what.keys) this.puts.delete(nameOfKey(key));
    else this.puts.clear();
  }

  async #arrived(): Promise<void> {
    while (this.#onTheirWay.size > 0) await Promise.all(this.#onTheirWay);
  }

  #flush(): Maybe<boolean> {
    return drive(this.#flushSteps());
  }

  *#flushSteps(): Steps<boolean> {
    for (;;) {
      const next = this.#journal.batch();
      if (next === undefined) return true;
      const [told, { what, mode }] = next;
      if (!(yield this.asked.invalidate(what, mode))) return false;
      this.#journal.remove(told);
    }
  }

  /** Tries to tell the store by and by, also where this process asks it nothing. */
  #flushLater(): void {
    if (this.#isFlushTimed) return;
    this.#isFlushTimed = true;
    startTimer(FLUSH_INTERVAL, () => {
      this.#isFlushTimed = false;
      then(this.ready(), () => this.#journal.isEmpty || this.#flushLater());
    });
  }

  #apply(event: StoreEvent): void {
    const ends: (() => void)[] = [];
    const each = (namespace: string, endsOf: (source: Linked) => (() => void)[]) => {
      for (const source of this.sourcesOf(namespace)) ends.push(...endsOf(source));
    };
    if (event.kind === 'filled') this.#waiters.wake(nameOfKey(event.key));
    else if (event.kind === 'distrust') {
      this.puts.clear();
      for (const namespace of this.#sources.keys()) each(namespace, (source) => source.distrusts());
    } else {
      const { what, mode } = event;
      const isSoft = mode === 'expire';
      this.#overtakePuts(what);
      if ('keys' in what)
        for (const { namespace, key } of what.keys) {
          each(namespace, (source) => source.endsOfKey(key, isSoft));
          // The lease has ended too.
          ends.push(() => this.#waiters.wake(nameOfKey({ namespace, key })));
        }
      else if ('namespace' in what) each(what.namespace, (source) => source.endsOfScope(undefined, isSoft));
      else {
        for (const tag of what.tags) {
          const scope = scopeOfTag(tag);
          if (scope) each(scope.namespace, (source) => source.endsOfScope(scope.prefix, isSoft));
        }
        ends.push(() => void endTagged(what.tags, isSoft));
      }
    }
    detached(ends);
  }
}

/** Runs what may call listeners of the user, for whose errors no caller waits. */
export function detached(ends: readonly (() => void)[]): void {
  try {
    callAll(ends);
  } catch (error) {
    queueMicrotask(rethrow(error));
  }
}

export function modeOf(isSoft: boolean): InvalidationMode {
  return isSoft ? 'expire' : 'remove';
}

/** The milliseconds between two attempts to tell a store that does not work. */
const FLUSH_INTERVAL = 100;

/** The milliseconds by which a timer and a clock may differ. */
const ROUNDING = 2;
