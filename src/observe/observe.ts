import { rethrow } from '../call-all.js';
import { publicKeyOf } from '../key/call-key.js';
import type { Key } from '../key/key.js';
import type { EvictionCause } from '../lru/options.js';
import { hasOwn } from '../platform.js';
import {
  type Invalidation,
  type LoadObserver,
  type ObservedCache,
  type ObservedLoad,
  shared,
} from '../shared-registry.js';
import { LoadEvent } from './load-event.js';
import { tell } from './tell.js';

/**
 * What sees loads, and what ends entries. No member may use a cache. What one throws becomes an uncaught exception. A member
 * may be a getter that returns `undefined` as long as nobody listens: nothing is built or measured then.
 */
export interface Observer {
  /**
   * Called instead of each load. It calls `run` once, at once, which begins the load: what runs for it runs in the async
   * context of that call.
   */
  readonly begins?: ((event: LoadEvent, run: () => void, cache: ObservedCache) => void) | undefined;
  /** The load has ended; one without a promise before `begins` returns to its caller. */
  readonly ended?: ((event: LoadEvent) => void) | undefined;
  /** A call has joined a load in flight; `undefined` for one that has ended since. */
  readonly coalesced?: ((name: string, load: LoadEvent | undefined) => void) | undefined;
  /** A load has waited for one of another process, perhaps not for the last time; `trace` is what that one's observer has set. */
  readonly waited?: ((event: LoadEvent, trace: string) => void) | undefined;
  readonly evicted?: ((event: EvictionInfo) => void) | undefined;
  readonly invalidated?: ((event: InvalidationInfo) => void) | undefined;
  /** The state of a store has changed. */
  readonly store?: ((name: string, state: string) => void) | undefined;
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
  readonly what: 'key' | 'tags' | 'all';
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
  all.observers = [...all.observers, observer];
  return () => {
    all.observers = all.observers.filter((other) => other !== observer);
    if (all.observers.length === 0 && shared.observer === all) shared.observer = undefined;
  };
}

/**
 * Adds an observer under a name, which only the first copy of memokit in one process does. Returns the observer that has
 * the name.
 */
export function observeOnce<T extends Observer>(name: string, make: () => T): T {
  const { named } = allObservers();
  let observer = named.get(name) as T | undefined;
  if (observer === undefined) {
    observer = make();
    named.set(name, observer);
    observe(observer);
  }
  return observer;
}

function allObservers(): Observers {
  // Copies of one version know each other's; the list and the map are all that they use of it.
  shared.observer ??= new Observers();
  return shared.observer as Observers;
}

/** All observers of the process, as the one that caches know. */
class Observers implements LoadObserver {
  /** Never changed in place, so that a load can tell its end to those that it has told its begin. */
  observers: readonly Observer[] = [];
  /** The observers that `observeOnce` has added. */
  readonly named = new Map<string, Observer>();

  get load(): LoadObserver['load'] {
    // Evictions too, since a load on the fast path does not tell of those that it causes.
    for (const { begins, ended, evicted } of this.observers) if (begins ?? ended ?? evicted) return this.#load;
    return undefined;
  }

  get evicted(): LoadObserver['evicted'] {
    for (const { evicted } of this.observers) if (evicted) return this.#evicted;
    return undefined;
  }

  readonly #load = (cache: ObservedCache, load: ObservedLoad, run: () => unknown): unknown => {
    const { observers } = this;
    if (!observers.some(seesLoads)) return run();
    const event = new LoadEvent(cache, load, observers);
    load.observed = event;
    let value: unknown;
    let thrown: { readonly error: unknown } | undefined;
    let next = () => {
      try {
        value = event.begin(run);
      } catch (error) {
        thrown = { error };
      }
    };
    for (let at = observers.length - 1; at >= 0; at--) {
      const observer = observers[at]!;
      const { begins } = observer;
      const inner = next;
      if (begins !== undefined) next = () => this.#begin(observer, event, inner, cache);
    }
    next();
    if (thrown !== undefined) throw thrown.error;
    return value;
  };

  /** Begins a load for one observer. Where that throws before the load has begun, it begins nevertheless. */
  #begin(observer: Observer, event: LoadEvent, run: () => void, cache: ObservedCache): void {
    let isRun = false;
    const runOnce = () => {
      if (isRun) return;
      isRun = true;
      run();
    };
    try {
      observer.begins?.(event, runOnce, cache);
    } catch (error) {
      queueMicrotask(rethrow(error));
    }
    runOnce();
  }

  readonly #evicted = (cache: ObservedCache, key: unknown, cause: string): void => {
    let info: EvictionInfo | undefined;
    tell(this.observers, (observer) => {
      observer.evicted?.((info ??= new Eviction(cache, key, cause as EvictionCause)));
    });
  };

  coalesced(cache: ObservedCache, load: ObservedLoad | undefined): void {
    const event = load?.observed as LoadEvent | undefined;
    tell(this.observers, (observer) => observer.coalesced?.(cache.definition.name, event));
  }

  invalidated(invalidation: Invalidation): void {
    let info: InvalidationInfo | undefined;
    tell(this.observers, (observer) => observer.invalidated?.((info ??= new Ended(invalidation))));
  }

  store(name: string, state: string): void {
    tell(this.observers, (observer) => observer.store?.(name, state));
  }
}

function seesLoads({ begins, ended }: Observer): boolean {
  return (begins ?? ended) !== undefined;
}

class Eviction implements EvictionInfo {
  readonly name: string;
  readonly size: number;
  readonly #key: unknown;

  constructor(
    { definition, entries }: ObservedCache,
    key: unknown,
    readonly cause: EvictionCause,
  ) {
    this.name = definition.name;
    this.size = entries.size;
    this.#key = key;
  }

  get key(): Key {
    return publicKeyOf(this.#key);
  }
}

class Ended implements InvalidationInfo {
  readonly what: InvalidationInfo['what'];
  readonly name: string | undefined;
  readonly tags: readonly string[] | undefined;
  readonly isSoft: boolean;
  readonly #key: unknown;

  constructor(invalidation: Invalidation) {
    const { name, tags, key, isSoft } = invalidation;
    this.what = tags !== undefined ? 'tags' : hasOwn(invalidation, 'key') ? 'key' : 'all';
    this.name = name;
    this.tags = tags;
    this.isSoft = isSoft;
    this.#key = key;
  }

  get key(): Key | undefined {
    return this.what === 'key' ? publicKeyOf(this.#key) : undefined;
  }
}
