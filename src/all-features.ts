import { batchedMethod } from './batch/batched-method.js';
import { type CachedMethods, cachedProxyWith } from './memoize/cached-proxy.js';
import type { Features } from './memoize/features.js';
import { type Memoize, memoizeWith } from './memoize/memoize.js';
import { ResilientLoader } from './resilience/resilient-loader.js';

/** All features that the package ships. `memoize` and `cachedProxy` below are built with them. */
export const ALL_FEATURES: Features = {
  resilience: () => new ResilientLoader(),
  batching: batchedMethod,
};

export const memoize: Memoize = /* @__PURE__ */ memoizeWith(ALL_FEATURES);
/**
 * Caches methods of an object whose class you cannot decorate. Returns a proxy of the object; each named method of the
 * proxy has its own read-through LRU cache. The object itself does not change: calls on the object, and calls that the
 * object makes to its own methods, are not cached. Two proxies of one object share no entries.
 *
 * The proxy passes everything else through to the object. Methods, getters and setters run with the object as `this`, so
 * private fields and built-in objects work. A method that gets the proxy as an argument is given the object instead.
 * When a method of the proxy is called on another receiver, it runs with that receiver, and a cached method then uses the
 * entries of that receiver. When a method returns the object, the proxy returns itself instead; when a method returns a
 * promise of the object, the proxy returns a promise of itself. For this
 * the proxy replaces every promise that a method returns by a new promise. It does not replace a promise that has own
 * properties or belongs to a subclass of `Promise`. The caller must handle a rejection of the new promise, even if the
 * object has handled that of the first one.
 *
 * Each read of a method from the proxy gives the same function. It is not the object's own function, with two exceptions:
 * classes, and non-configurable read-only properties, which the language requires a proxy to return unchanged. So an own
 * method of an object that is frozen later is not cached from then on. When a named method is replaced, through the proxy
 * or on the object, its cache starts empty. When the caller writes a method that was read from the proxy back through a
 * proxy, the object gets its own method.
 *
 * @throws ArgumentError when `target` is not an object. OptionError when a name is not the name of a method, or when one
 *   of the method's options violates `CachedOptions`. PlacementError when a method is a generator or cannot be replaced.
 * @example
 * const users = cachedProxy(new UserClient(), { find: { ttl: 60_000 } });
 * cacheOf(users, 'find').clear();
 */
export const cachedProxy: <T extends object>(target: T, methods: CachedMethods<T>) => T =
  /* @__PURE__ */ cachedProxyWith(ALL_FEATURES);
