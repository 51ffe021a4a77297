import type { Fn } from '../definition/function.js';
import type { CachedOptions } from '../definition/options.js';
import { type ResolvedOptions, resolveOptions } from '../definition/resolved-options.js';
import type { CallbackArgsOf } from '../definition/signature.js';
import { ArgumentError, mismatch, OptionError } from '../errors.js';
import { ownKeys } from '../platform.js';
import { requireObject } from '../validate.js';
import { CachingProxyHandler } from './caching-proxy-handler.js';
import type { Features } from './features.js';

/**
 * The methods of a `T` to cache, each with its options. A method that is missing here, or `undefined`, is not cached.
 * Methods that every object has, such as `toString`, cannot be named here, because this object inherits them itself and
 * the compiler would take the inherited method for the options.
 */
export type CachedMethods<T> = {
  readonly [K in MethodNames<T, Exclude<keyof T, keyof typeof Object.prototype>>]?:
    | OptionsOf<NonNullable<T[K]>, T>
    | undefined;
};

/** Makes the function `cachedProxy` with a given set of features. */
export function cachedProxyWith(features: Features): <T extends object>(target: T, methods: CachedMethods<T>) => T {
  return function cachedProxy<T extends object>(target: T, methods: CachedMethods<T>): T {
    if ((typeof target !== 'object' && typeof target !== 'function') || target === null) {
      throw new ArgumentError(mismatch('target', 'an object', target));
    }
    requireObject('methods', methods);
    const named = new Map<PropertyKey, ResolvedOptions>();
    for (const name of ownKeys(methods)) {
      const options = (methods as Record<PropertyKey, CachedOptions | undefined>)[name];
      if (options !== undefined) named.set(name, optionsOf(name, options));
    }
    return new CachingProxyHandler(target, named, features).proxy;
  };
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
