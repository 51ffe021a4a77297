import { publicKeyOf } from '../key/call-key.js';
import type { Key } from '../key/key.js';
import type { LoadRecord, ObservedCache, ObservedLoad } from '../shared-registry.js';

import { tell } from './tell.js';

/** Why a load runs: for a call, in the background, as callers go on waiting for it, or for `refresh`. */
export type LoadOrigin = 'call' | 'retry' | 'background' | 'refresh';

/**
 * What a load has come to. `stored`: its result is stored. `unstored`: the options did not want it. `fenced`: it was not
 * stored, because something was invalidated while the load ran. `failed`: it has an error. `stale`: it has an error, and an
 * old value has answered its callers.
 */
export type LoadOutcome = 'stored' | 'unstored' | 'fenced' | 'failed' | 'stale';

/**
 * One load, for observers. The same object is told from its begin to its end. Each observer may keep something of its own in
 * it, under a symbol.
 */
export class LoadEvent implements LoadRecord {
  [note: symbol]: unknown;
  /** The name of the cache. */
  readonly name: string;
  readonly origin: LoadOrigin;
  /** What it has come to; `undefined` until it has ended. */
  outcome: LoadOutcome | undefined;
  /** The milliseconds that it took; `undefined` until it has ended. */
  duration: number | undefined;
  /** What it has failed with. */
  error: unknown;
  /** Whether it has a promise, so that it goes on after it was begun. */
  isPending = false;
  /** What other processes are told that wait for the load: up to 64 letters, digits and hyphens. An observer may set it. */
  trace: string | undefined;
  readonly #since = performance.now();
  readonly #cache: ObservedCache;
  readonly #load: ObservedLoad;
  readonly #observers: readonly EndObserver[];

  constructor(cache: ObservedCache, load: ObservedLoad, observers: readonly EndObserver[]) {
    this.name = cache.definition.name;
    this.origin = load.origin as LoadOrigin;
    this.#cache = cache;
    this.#load = load;
    this.#observers = observers;
  }

  /** The cache: the same object for all loads of one receiver. */
  get cache(): ObservedCache {
    return this.#cache;
  }

  /** The key of the call, as `keyOf` returns it. */
  get key(): Key {
    return publicKeyOf(this.#load.key);
  }

  /** Where the result comes from; `undefined` while a store is asked. */
  get from(): 'method' | 'store' | undefined {
    return this.#load.from as 'method' | 'store' | undefined;
  }

  /** Whether its result, which is a store's, is past its ttl. */
  get isStale(): boolean {
    return this.#load.isStale === true;
  }

  /** The number of entries of the cache. */
  get size(): number {
    return this.#cache.entries.size;
  }

  /** Begins the load. Returns or throws what `run` does. */
  begin(run: () => unknown): unknown {
    let thrown: { readonly error: unknown } | undefined;
    try {
      return run();
    } catch (error) {
      thrown = { error };
      throw error;
    } finally {
      if (!this.isPending) this.#end(thrown);
    }
  }

  goesOn(ended: Promise<unknown>): void {
    this.isPending = true;
    ended.then(
      () => this.#end(),
      (error) => this.#end({ error }),
    );
  }

  waited(trace: string): void {
    tell(this.#observers, (observer) => observer.waited?.(this, trace));
  }

  #end(thrown?: { readonly error: unknown }): void {
    const { failure = thrown, standIn, isStored, isFenced } = this.#load;
    this.duration = performance.now() - this.#since;
    this.error = failure?.error;
    if (failure !== undefined) this.outcome = standIn === undefined ? 'failed' : 'stale';
    else this.outcome = isStored ? 'stored' : isFenced ? 'fenced' : 'unstored';
    tell(this.#observers, (observer) => observer.ended?.(this));
  }
}

/** What is told of a load after its begin. */
interface EndObserver {
  readonly ended?: ((event: LoadEvent) => void) | undefined;
  readonly waited?: ((event: LoadEvent, trace: string) => void) | undefined;
}
