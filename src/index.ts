export { type Cached, type CachedDecorator, cached } from '../decorators/cached.js';
export { type EvictsDecorator, evicts } from '../decorators/evicts.js';
export type { MutatorDecorator } from '../decorators/mutator.js';
export { puts } from '../decorators/puts.js';
export { cachedProxy, memoize } from './all-features.js';
export type { AbortSignalLike } from './definition/caller-signal.js';
export type { CacheEvent, LoadErrorEvent } from './definition/events.js';
export type { CachedOptions } from './definition/options.js';
export type { Scope } from './definition/sharing.js';
export type { SourceStore } from './definition/source.js';
export type { CacheStats, CallStats } from './definition/stats.js';
export {
  ArgumentError,
  BatchError,
  LoadContextError,
  MemokitError,
  NotCachedError,
  OneShotError,
  OptionError,
  PlacementError,
  RecursionError,
  TimeoutError,
} from './errors.js';
export type { EvictsOptions, PutsOptions } from './invalidate/options.js';
export { expireTags, invalidateTags } from './invalidate/tags.js';
export { cacheKey, registerCacheKey } from './key/cache-key.js';
export { type Key, keyOf } from './key/key.js';
export type { CallOutcome } from './load/call-report.js';
export { type LoadContext, loadContext, loadSignal } from './load/load-context.js';
export { setWaitUntil } from './load/wait-until.js';
export { LruCache } from './lru/lru-cache.js';
export type { EvictionCause, LruOptions } from './lru/options.js';
export { cacheOf } from './memoize/cache-of.js';
export { cacheStatus } from './memoize/cache-status.js';
export type { CachedMethods } from './memoize/cached-proxy.js';
export type { CallCache } from './memoize/call-cache.js';
export type { CallResult } from './memoize/call-result.js';
export type { Explanation } from './memoize/explanation.js';
export type { Memoize } from './memoize/memoize.js';
export { type CacheDefinition, caches, clearAll } from './memoize/registry.js';
export type { Clock } from './time/clock.js';
export type { Duration } from './time/duration.js';
