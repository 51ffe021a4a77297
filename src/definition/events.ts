import type { EvictionCause } from '../lru/options.js';

/** The event that a `hit`, `miss` or `evict` listener of the option `on` receives. */
export interface CacheEvent<Args extends readonly unknown[] = any, R = any> {
  /** The entry's key, as `keyOf` returns it. */
  readonly key: unknown;
  /** The value that callers get. For an async method it is the promise. */
  readonly value: R;
  /** The arguments of the call that caused the event. `evict` events have none, because entries do not keep them. */
  readonly args?: Args;
  /** The reason why the entry was evicted. Only `evict` events have it. */
  readonly cause?: EvictionCause;
}

/** The event that an `error` listener of the option `on` receives. */
export interface LoadErrorEvent<Args extends readonly unknown[] = any> {
  /** The key of the call, as `keyOf` returns it. */
  readonly key: unknown;
  /** The arguments of the call that began the load. */
  readonly args: Args;
  /** The value that the load threw or was rejected with. */
  readonly error: unknown;
}
