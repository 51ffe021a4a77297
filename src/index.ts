export { type CachedDecorator, cached } from '../decorators/cached.js';
export { type EvictsDecorator, evicts } from '../decorators/evicts.js';
export type { MutatorDecorator } from '../decorators/mutator.js';
export { puts } from '../decorators/puts.js';
export {
  ArgumentError,
  BatchError,
  MemokitError,
  NotCachedError,
  OneShotError,
  OptionError,
  PlacementError,
  RecursionError,
  TimeoutError,
} from './errors.js';
export type { EvictsOptions, PutsOptions } from './invalidate/options.js';
export { invalidateTags } from './invalidate/tags.js';
export { cacheKey } from './key/cache-key.js';
export { type Key, keyOf } from './key/key.js';
export type { Clock } from './lru/clock.js';
export { LruCache } from './lru/lru-cache.js';
export type { EvictionCause, LruOptions } from './lru/options.js';
export type { AbortSignalLike } from './memoize/abort-signal-like.js';
export { cacheOf } from './memoize/cache-of.js';
export { type CachedMethods, cachedProxy } from './memoize/cached-proxy.js';
export type { CallCache, Explanation } from './memoize/call-cache.js';
export type { CacheStats, CallStats } from './memoize/counters.js';
export type { CacheEvent, LoadErrorEvent } from './memoize/events.js';
export { loadSignal } from './memoize/load-signal.js';
export { type Memoize, memoize } from './memoize/memoize.js';
export type { CachedOptions } from './memoize/options.js';
export { type CacheDefinition, caches, clearAll } from './memoize/registry.js';
