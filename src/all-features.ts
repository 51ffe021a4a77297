import { batchedMethod } from './batch/batched-method.js';
import { type CachedMethods, cachedProxyWith } from './memoize/cached-proxy.js';
import type { Features } from './memoize/features.js';
import { type Memoize, memoizeWith } from './memoize/memoize.js';
import { ResilientLoader } from './resilience/resilient-loader.js';

/** All features, and the functions of the roof that ship with them. */
export const ALL_FEATURES: Features = {
  resilience: () => new ResilientLoader(),
  batching: batchedMethod,
};

export const memoize: Memoize = /* @__PURE__ */ memoizeWith(ALL_FEATURES);
/**
 * Caches methods of an object that cannot be decorated: a proxy of it, whose named methods each have a read-through LRU
 * cache. The object itself stays as it is, uncached, also where it calls its own methods. Two proxies of one object
 * share nothing.
 *
 * All else is the object's. Its methods, getters and setters run with the object as `this`, so that private fields and
 * built-in objects work; one that is called on something else gets that, and a cached one then has other entries. A
 * method that returns the object, or a promise of it, returns the proxy, or a promise of that. So a promise that has
 * nothing of its own is another promise than the object gave. A method of the proxy is always the same function, but not the
 * object's own, save for classes, and for what is read-only in the object for good, which a proxy has to give as it is.
 * A named method that is replaced, through the proxy or not, starts with no entries.
 *
 * @throws ArgumentError when `target` is no object, OptionError when a name is not that of a method, or an option of it is
 *   not as `CachedOptions` says, PlacementError when a method is a generator or cannot be replaced.
 * @example
 * const users = cachedProxy(new UserClient(), { find: { ttl: 60_000 } });
 * cacheOf(users, 'find').clear();
 */
export const cachedProxy: <T extends object>(target: T, methods: CachedMethods<T>) => T =
  /* @__PURE__ */ cachedProxyWith(ALL_FEATURES);
