import type { Fn } from '../definition/definition.js';
import type { CachedOptions } from '../definition/options.js';
import { type ResolvedOptions, resolveOptions } from '../definition/resolved-options.js';
import type { CallbackArgsOf } from '../definition/signature.js';
import { ArgumentError, mismatch, OptionError } from '../errors.js';
import { requireObject } from '../lru/options.js';
import { Boundary } from './caching-proxy-handler.js';

/**
 * Which methods of a `T` to cache, each with its options. One that is not named, or is `undefined` here, is not cached.
 * What every object has, as `toString`, cannot be named: the compiler finds it in these options themselves.
 */
export type CachedMethods<T> = {
  readonly [K in MethodNames<T, Exclude<keyof T, keyof typeof Object.prototype>>]?:
    | OptionsOf<NonNullable<T[K]>, T>
    | undefined;
};

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
export function cachedProxy<T extends object>(target: T, methods: CachedMethods<T>): T {
  if ((typeof target !== 'object' && typeof target !== 'function') || target === null) {
    throw new ArgumentError(mismatch('target', 'an object', target));
  }
  requireObject('methods', methods);
  const named = new Map<PropertyKey, ResolvedOptions>();
  for (const name of Reflect.ownKeys(methods)) {
    const options = (methods as Record<PropertyKey, CachedOptions | undefined>)[name];
    if (options !== undefined) named.set(name, optionsOf(name, options));
  }
  return new Boundary(target, named).proxy;
}

function optionsOf(name: PropertyKey, options: CachedOptions): ResolvedOptions {
  try {
    return resolveOptions(options);
  } catch (error) {
    if (error instanceof OptionError) throw new OptionError(`${String(name)}: ${error.message}`, { cause: error });
    throw error;
  }
}

type MethodNames<T, K extends keyof T> = K extends K ? (NonNullable<T[K]> extends Fn ? K : never) : never;

type OptionsOf<F, This> = F extends Fn ? CachedOptions<CallbackArgsOf<F>, ReturnType<F>, This> : never;
