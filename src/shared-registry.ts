import { type Reference, sealObject, tryDefineProperty } from './platform.js';

/**
 * The shared registry: the state that all copies of memokit in one process have in common. A program often loads two
 * copies: an ES module and a CommonJS module, or one copy in each bundle of a framework. Calls of `invalidateTags`,
 * `clearAll`, `caches`, `setWaitUntil`, `registerCacheKey` and `cacheOf` must then reach what the other copy has made.
 *
 * The copies may be of different minor versions. So a copy uses nothing of another copy but the members that this file
 * names, and no version changes what a member means. A version that needs other members changes the number in `KEY`, and
 * then shares nothing with older copies.
 */
export interface SharedRegistry {
  /** All live definitions, in the order in which they were made. */
  readonly definitions: Set<Reference<SharedDefinition>>;
  /** The receivers of each wrapper, and of each function around a wrapper. */
  readonly wrappers: WeakMap<object, SharedReceivers>;
  /** The receivers of the registered members of each class, by name. */
  readonly members: WeakMap<object, Record<PropertyKey, SharedReceivers>>;
  /** The function that finds the members of each proxy, and the receivers that own them. */
  readonly proxies: WeakMap<object, (member: unknown) => readonly [receiver: object, member: unknown]>;
  /** The caches that have an entry with a tag, by tag. */
  readonly holders: Map<string, Set<Reference<SharedHolder>>>;
  /** The stores that have to be told of invalidations of tags. */
  readonly stores: Set<Reference<SharedStore>>;
  readonly invalidations: SharedInvalidations;
  /** The argument of the last `setWaitUntil`. */
  waitUntil: ((work: Promise<unknown>) => void) | undefined;
  /** The functions that `registerCacheKey` was given, by the prototypes of their classes; `undefined` before its first call. */
  cacheKeys: WeakMap<object, (instance: never) => unknown> | undefined;
  /** What sees loads, and what ends entries; `undefined` where nothing does. */
  observer: LoadObserver | undefined;
  /** The state of tests; `undefined` where no copy of `memokit/testing` is loaded. */
  testing: SharedTesting | undefined;
}

/**
 * A load observer: it sees loads, and what ends entries. Loads ask for it once each, hits never. It must not throw, and it is
 * called in the middle of the work of a cache, so it must not use the cache. Its functions are called without a `this`.
 */
export interface LoadObserver {
  /**
   * Called instead of each load, unless it is `undefined`: runs `run` once, at once, and returns or throws what that does.
   * `run` begins the load, for which the method is called in the async context of this call. A load that has a promise goes
   * on after it.
   */
  readonly load: ((cache: ObservedCache, load: ObservedLoad, run: () => unknown) => unknown) | undefined;
  /** A call has joined a load in flight; `undefined` when that load has ended since. */
  coalesced(cache: ObservedCache, load: ObservedLoad | undefined): void;
  /** An entry has left a cache. `cause` is an `EvictionCause`. `undefined` while nothing wants to know of it. */
  readonly evicted: ((cache: ObservedCache, key: unknown, cause: string) => void) | undefined;
  invalidated(invalidation: Invalidation): void;
  /** The state of a store has changed. */
  store(name: string, state: string): void;
}

/** What is known of a cache, be it of one receiver or of all. */
export interface SharedCache {
  /** Its entries, also those that a `clear` of the definition has ended since the cache was last used. */
  readonly entries: { readonly size: number; readonly capacity: number };
  /** Empties the cache if its definition was cleared since. No listener is told now. */
  clearIfOutdated(): unknown;
}

/** What is known of a cache that has a load. */
export interface ObservedCache extends SharedCache {
  readonly definition: { readonly name: string };
}

/** What is known of a load: the first three as it begins, the others when it has ended. */
export interface ObservedLoad {
  /** The key of the call, packed. */
  readonly key: unknown;
  /** `call`, `retry`, `background` or `refresh`. */
  readonly origin: string;
  /** What the observer knows of the load. The observer assigns it as the load begins. */
  observed: LoadRecord | undefined;
  /** Where the result comes from: `method` or `store`. */
  readonly from: string | undefined;
  /** Whether the result, which is a store's, is past its ttl. */
  readonly isStale?: boolean;
  /** Whether the result was stored. */
  readonly isStored: boolean;
  /** Whether the result was not stored, because something was invalidated while the load ran. */
  readonly isFenced: boolean;
  /** The error that it has failed with. */
  readonly failure: { readonly error: unknown } | undefined;
  /** The old value that has answered the callers of a load that has failed. */
  readonly standIn: object | undefined;
}

/** What an observer knows of a load. */
export interface LoadRecord {
  /** Called when the load has a promise, with one that settles when the load has ended. */
  goesOn(ended: Promise<unknown>): void;
  /** What other processes are told that wait for the load: up to 64 letters, digits and hyphens. */
  readonly trace: string | undefined;
  /** Called when the load has waited for one of another process, with the trace of that one. */
  waited(trace: string): void;
}

/** An invalidation: of one key, of tags, or of everything that a cache or a definition has. */
export interface Invalidation {
  /** The name of the cache or the definition; `undefined` for tags. */
  readonly name: string | undefined;
  /** The key of the call, packed. Only an invalidation of one key has this property. */
  readonly key?: unknown;
  readonly tags?: readonly string[];
  /** Whether entries are only expired. */
  readonly isSoft: boolean;
}

/** What the copies of `memokit/testing` share. */
export interface SharedTesting {
  /** How many `disableCaching` are in force. While there are any, definitions are made suspended. */
  disablings: number;
  /** A promise for each async load in flight, which is fulfilled when the load has ended. */
  readonly loads: Set<Promise<unknown>>;
}

/** A definition: one decorated method or memoized function. */
export interface SharedDefinition {
  readonly name: string;
  /** The cache that all receivers share. Where it is missing, they share none, or the copy is older. */
  readonly sharedCache?: SharedCache | undefined;
  /** Returns the `CallStats`. */
  stats(): object;
  clear(): void;
  /** Has calls run the method beside the cache, or use the cache again. Entries are kept. */
  suspend(isSuspended: boolean): void;
}

/** The receivers of one definition. */
export interface SharedReceivers {
  readonly definition: { readonly name: string; readonly method: (...args: any[]) => unknown };
  readonly sharing: 'one' | 'instance' | 'class' | object;
  /**
   * Returns the `CallCache` of a receiver; `undefined` if the copy was bundled without `cacheOf`. The `CallCache` is an object
   * of the copy that made the definition. Its methods `watch`, `named` and `takes`, which other copies call for `@evicts` and
   * `@puts`, and the methods of what `named` returns, are part of this format.
   */
  cacheOf(receiver: unknown): object | undefined;
}

/** A cache whose entries can have tags. */
export interface SharedHolder {
  /** Removes the entries that have a tag. Returns their number. */
  removeTagged(tag: string): number;
  /** Expires the entries that have one of the tags. Returns their number. Where it is missing, they are removed. */
  expireTagged?(tags: readonly string[]): number;
  /** Notifies listeners of the removed entries. It may throw. */
  flushEvictions(): void;
}

/** A store behind caches. */
export interface SharedStore {
  /** Ends all that has one of the tags. It does not throw. */
  endTagged(tags: readonly string[], isSoft: boolean): void;
}

/** The invalidations so far, by which time is counted. */
export interface SharedInvalidations {
  /** Their number. */
  time: number;
  /** The time before which every tag counts as invalidated. */
  forgotten: number;
  /** The time at which each tag was last invalidated. */
  readonly last: Map<string, number>;
  /** The number of characters of these tags. */
  characters: number;
}

/** The property of `globalThis` that has the registry. The number is that of its format. */
const KEY: unique symbol = /* @__PURE__ */ Symbol.for('memokit.shared.2');

/** The registry of this process; where `globalThis` is frozen, that of this copy alone. */
export const shared: SharedRegistry = /* @__PURE__ */ (() => {
  const { [KEY]: known } = globalThis as { [KEY]?: SharedRegistry };
  if (known !== undefined) return known;
  // Sealed, because jest deletes the properties of what it finds on `globalThis` after each test file.
  const value: SharedRegistry = sealObject({
    definitions: new Set(),
    wrappers: new WeakMap(),
    members: new WeakMap(),
    proxies: new WeakMap(),
    holders: new Map(),
    stores: new Set(),
    invalidations: { time: 0, forgotten: 0, last: new Map(), characters: 0 },
    waitUntil: undefined,
    cacheKeys: undefined,
    observer: undefined,
    testing: undefined,
  });
  tryDefineProperty(globalThis, KEY, { value });
  return value;
})();
