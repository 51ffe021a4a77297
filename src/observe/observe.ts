import { publicKeyOf } from '../key/call-key.js';
import type { Key } from '../key/key.js';
import type { EvictionCause } from '../lru/options.js';
import {
  type Invalidation,
  type LoadObserver,
  type ObservedCache,
  type ObservedLoad,
  shared,
} from '../shared-registry.js';
import { LoadEvent } from './load-event.js';

/** What sees loads, and what ends entries. No member may throw or use a cache. */
export interface Observer {
  /**
   * Called instead of each load. It calls `run` once, at once, which begins the load: what runs for it runs in the async
   * context of that call.
   */
  begins?(event: LoadEvent, run: () => void): void;
  /** The load has ended; one without a promise before `begins` returns to its caller. */
  ended?(event: LoadEvent): void;
  /** A call has joined a load in flight; `undefined` for one that has ended since. */
  coalesced?(name: string, load: LoadEvent | undefined): void;
  evicted?(event: EvictionInfo): void;
  invalidated?(event: InvalidationInfo): void;
  /** The state of a store has changed. */
  store?(name: string, state: string): void;
}

/** An entry that has left a cache. */
export interface EvictionInfo {
  readonly name: string;
  readonly cause: EvictionCause;
  /** The key of the call, as `keyOf` returns it. */
  readonly key: Key;
  /** The number of entries that the cache has now. */
  readonly size: number;
}

/** An invalidation: of one key, of tags, or of everything that a cache or a definition has. */
export interface InvalidationInfo {
  /** The name of the cache; `undefined` for tags. */
  readonly name: string | undefined;
  readonly tags: readonly string[] | undefined;
  readonly key: Key | undefined;
  /** Whether entries are only expired. */
  readonly isSoft: boolean;
}

/**
 * Adds an observer. Returns a function that removes it. The copies of memokit in one process share their observers. While
 * there is none, nothing is measured.
 */
export function observe(observer: Observer): () => void {
  const all = allObservers();
  all.observers.add(observer);
  return () => {
    all.observers.delete(observer);
    if (all.observers.size === 0 && shared.observer === all) shared.observer = undefined;
  };
}

function allObservers(): Observers {
  // Copies of one version know each other's; the set is all that they use of it.
  shared.observer ??= new Observers();
  return shared.observer as Observers;
}

/** All observers of the process, as the one that caches know. */
class Observers implements LoadObserver {
  readonly observers = new Set<Observer>();
  readonly #events = new WeakMap<ObservedLoad, LoadEvent>();

  load(cache: ObservedCache, load: ObservedLoad, run: () => unknown): unknown {
    const event = new LoadEvent(cache, load);
    this.#events.set(load, event);
    const observers = [...this.observers];
    const end = (thrown?: { readonly error: unknown }) => {
      event.end(thrown);
      for (const observer of observers) observer.ended?.(event);
    };
    load.onPending = (ended) => {
      event.isPending = true;
      ended.then(
        () => end(),
        (error) => end({ error }),
      );
    };
    let value: unknown;
    let thrown: { readonly error: unknown } | undefined;
    const begin = () => {
      try {
        value = run();
      } catch (error) {
        thrown = { error };
      }
      if (!event.isPending) end(thrown);
    };
    const around = (next: () => void, observer: Observer) => () =>
      observer.begins === undefined ? next() : observer.begins(event, next);
    observers.reduceRight(around, begin)();
    if (thrown !== undefined) throw thrown.error;
    return value;
  }

  coalesced(cache: ObservedCache, load: ObservedLoad | undefined): void {
    const event = load && this.#events.get(load);
    for (const observer of this.observers) observer.coalesced?.(cache.definition.name, event);
  }

  evicted({ definition, entries }: ObservedCache, key: unknown, cause: string): void {
    const info: EvictionInfo = {
      name: definition.name,
      cause: cause as EvictionCause,
      size: entries.size,
      get key() {
        return publicKeyOf(key);
      },
    };
    for (const observer of this.observers) observer.evicted?.(info);
  }

  invalidated({ name, key, tags, isSoft }: Invalidation): void {
    const info: InvalidationInfo = {
      name,
      tags,
      isSoft,
      get key() {
        return key === undefined ? undefined : publicKeyOf(key);
      },
    };
    for (const observer of this.observers) observer.invalidated?.(info);
  }

  store(name: string, state: string): void {
    for (const observer of this.observers) observer.store?.(name, state);
  }
}
