import type { Codec, SyncCodec } from '../codec/codec.js';
import { living, type Reference, referenceTo } from '../platform.js';
import { isPromise, nativePromise } from '../promise.js';
import { type SharedStore, shared } from '../shared-registry.js';
import { nameOfKey } from '../store/names.js';
import type { Invalidated, InvalidationMode, Store, StoreEvent, StoreKey } from '../store/store.js';
import { endTagged } from '../tags/end-tagged.js';
import { monotonic } from '../time/clock.js';
import { startTimer } from '../time/timer.js';
import { AskedStore, type Maybe, then } from './asked-store.js';
import { Journal } from './journal.js';
import { Waiters } from './waiters.js';

/** What a link tells of a store to the sources of the definitions behind which it stands. */
export interface Linked {
  endKey(key: string, isSoft: boolean): void;
  endAll(isSoft: boolean): void;
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
  /** The names of the leases that this thread holds. */
  readonly held = new Set<string>();
  /** The puts on their way, by the name of the key. An invalidation takes them out. */
  readonly puts = new Map<string, object>();
  readonly #journal = new Journal();
  /** The invalidations on their way. */
  readonly #onTheirWay = new Set<Promise<unknown>>();
  #flushedAt = -Infinity;
  readonly #sources = new Map<string, Set<Reference<Linked>>>();
  readonly #waiters = new Waiters();
  #isTrusted = false;

  constructor(store: Store, codec: Codec | SyncCodec, leaseMs: number) {
    this.asked = new AskedStore(store, leaseMs);
    this.codec = codec;
    this.isSync = store.readSync !== undefined && codec.isSync;
    store.subscribe((event) => this.#detached(() => this.#apply(event)));
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
    const note = (isDone: boolean) => {
      if (!isDone) this.#journal.add({ what, mode });
    };
    // In order: what is noted goes first.
    if (!this.#journal.isEmpty) note(false);
    else return this.track(then(this.asked.invalidate(what, mode), note));
    return undefined;
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
    this.#detached(() => store.poll!());
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
    return this.#waiters.wait(nameOfKey(key), ms);
  }

  #overtakePuts(what: Invalidated): void {
    if ('keys' in what) for (const key of what.keys) this.puts.delete(nameOfKey(key));
    else this.puts.clear();
  }

  async #arrived(): Promise<void> {
    while (this.#onTheirWay.size > 0) await Promise.all(this.#onTheirWay);
  }

  #flush(): Maybe<boolean> {
    const [first] = this.#journal.list();
    if (first === undefined) return true;
    const [text, told] = first;
    return then(this.asked.invalidate(told.what, told.mode), (isDone) => {
      if (!isDone) return false;
      this.#journal.remove(text, told);
      return this.#flush();
    });
  }

  #apply(event: StoreEvent): void {
    if (event.kind === 'filled') {
      this.#waiters.wake(nameOfKey(event.key));
    } else if (event.kind === 'distrust') {
      for (const namespace of this.#sources.keys()) for (const source of this.sourcesOf(namespace)) source.endAll(true);
    } else {
      const { what, mode } = event;
      const isSoft = mode === 'expire';
      this.#overtakePuts(what);
      if ('tags' in what) endTagged(what.tags, isSoft);
      else if ('namespace' in what) for (const source of this.sourcesOf(what.namespace)) source.endAll(isSoft);
      else
        for (const { namespace, key } of what.keys) {
          for (const source of this.sourcesOf(namespace)) source.endKey(key, isSoft);
        }
    }
  }

  /** Runs what may call listeners of the user, for whose errors no caller waits. */
  #detached(run: () => void): void {
    try {
      run();
    } catch (error) {
      queueMicrotask(() => {
        throw error;
      });
    }
  }
}

export function modeOf(isSoft: boolean): InvalidationMode {
  return isSoft ? 'expire' : 'remove';
}

/** The milliseconds between two attempts to tell a store that does not work. */
const FLUSH_INTERVAL = 100;

/** The milliseconds by which a timer and a clock may differ. */
const ROUNDING = 2;
