import type { Key } from '../key/key.js';
import type { EvictionCause } from '../lru/options.js';
import type { LoadOrigin, LoadOutcome } from '../observe/load-event.js';

/**
 * The message of one load. All channels of `memokit:load` get the same object, to which the end of the load adds. A
 * subscriber may add properties of its own.
 */
export interface LoadMessage {
  /** The name of the cache, as `caches()` has it. */
  readonly name: string;
  /** Why the load runs: for a call, again for callers that still wait, in the background, or for `refresh`. */
  readonly origin: LoadOrigin;
  /** The key of the call, as `keyOf` returns it. Only there with `configureChannels({ keys: true })`. */
  key?: Key | undefined;
  /** What the load has come to; `undefined` until it has ended, as the three that follow. */
  outcome: LoadOutcome | undefined;
  /** The milliseconds that the load took. */
  duration: number | undefined;
  /** Where the result comes from: the method, or the option `store`. */
  from: 'method' | 'store' | undefined;
  /** The number of entries that the cache has after the load. */
  size: number | undefined;
  /** What the load has failed with. Only there if it has failed, also if an old value has answered its callers. */
  error?: unknown;
}

/** The message of `memokit:coalesce`: a call has joined a load in flight. */
export interface CoalesceMessage {
  readonly name: string;
  /** The message of that load; `undefined` if the load has ended since, or began before `memokit:load` had subscribers. */
  readonly load: LoadMessage | undefined;
}

/** The message of `memokit:evict`: an entry has left a cache. */
export interface EvictMessage {
  readonly name: string;
  readonly cause: EvictionCause;
  /** The number of entries that the cache has now. */
  readonly size: number;
  /** Only there with `configureChannels({ keys: true })`. */
  key?: Key | undefined;
}

/** The message of `memokit:invalidate`: a program ends one result, the results with some tags, or all of a cache. */
export interface InvalidateMessage {
  readonly what: 'key' | 'tags' | 'all';
  /** The name of the cache; `undefined` for tags. */
  readonly name: string | undefined;
  /** Whether the results are only expired, so that stale answers may still be given. */
  readonly isSoft: boolean;
  /** Only there for one key, with `configureChannels({ keys: true })`. */
  key?: Key | undefined;
  /** Only there for tags, with `configureChannels({ keys: true })`. */
  tags?: readonly string[] | undefined;
}

/** The message of `memokit:store`: the state of a store has changed. */
export interface StoreMessage {
  /** The prefix of the store. */
  readonly name: string;
  /** `working`, `blind` (it works, but is not told of the invalidations of other processes), `failing` or `closed`. */
  readonly state: string;
}
