import type { EvictionCause } from '../lru/options.js';

/** What a listener of `on` is given. `value` is what callers get: of an async method, its promise. */
export interface CacheEvent<Args extends readonly unknown[] = any, R = any> {
  /** The entry's key, as `keyOf` gives it. */
  readonly key: unknown;
  readonly value: R;
  /** The call's arguments, when a call caused the event: not for `evict`, since entries do not keep them. */
  readonly args?: Args;
  /** Why the entry left, for `evict`. */
  readonly cause?: EvictionCause;
}

/** What the listener `on.error` is given. */
export interface LoadErrorEvent<Args extends readonly unknown[] = any> {
  /** The key of the call, as `keyOf` gives it. */
  readonly key: unknown;
  readonly args: Args;
  readonly error: unknown;
}
