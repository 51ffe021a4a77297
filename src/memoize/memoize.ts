import type { BatchFunction } from '../definition/batch-function.js';
import type { Fn } from '../definition/function.js';
import type { CachedOptions } from '../definition/options.js';
import { presettable } from '../definition/preset.js';
import { type ResolvedOptions, resolveOptions } from '../definition/resolved-options.js';
import type { CallbackArgsOf } from '../definition/signature.js';
import { ArgumentError } from '../errors.js';
import { defineProperty, hasOwn, sourceOf } from '../platform.js';
import { requireCallback, requireOption } from '../validate.js';
import type { Features } from './features.js';
import { wrap } from './wrap.js';

/**
 * The type of `memoize`: a function that memoizes functions, with the method `many` for functions that load many keys
 * at once, and the method `with` for presets.
 */
export interface Memoize {
  /**
   * Memoizes a function. Returns a function of the same type with a read-through LRU cache in front of it. The function is
   * called with the `this` of its caller. All receivers share one cache, unless the option `per` divides it.
   *
   * A hit takes O(size of the arguments); a miss takes the same plus the call. Errors are not stored. While a promise is
   * pending, every caller with the same arguments gets that promise; when it is fulfilled, it is stored. A thenable that is
   * not a native promise, such as a query builder, is awaited at once, and callers get a native promise of its result,
   * although the return type still names the thenable.
   *
   * @throws ArgumentError when `fn` is not a function, or is a class. OptionError when an option violates `CachedOptions`.
   *   PlacementError when `fn` is a generator function.
   * @example
   * const fact = memoize(factorial, { capacity: 1000 });
   */
  <F extends Fn>(fn: F, options?: CachedOptions<CallbackArgsOf<F>, ReturnType<F>, ThisParameterType<F>>): F;

  /**
   * Makes a memoized function of one key from a function that loads many keys. It collects the keys that are called within
   * one turn of the event loop and are not stored, and loads them with one call of `batch`, in the order of the calls. Each
   * result is stored under its own key.
   *
   * If `batch` returns an `Error` in the place of a result, the call of that key rejects with it. If `batch` throws or
   * rejects, all calls of the batch reject with that error. If the result of `batch` is not an array, or does not have one
   * element for each key, all calls reject with a BatchError. None of these errors is stored. A call that does not have
   * exactly one argument rejects with an ArgumentError. So does a call whose argument changes between the call and the end
   * of the turn.
   *
   * `batch` must not wait for a call of one of its own keys: that call waits for `batch`, so neither would finish.
   *
   * `batch` may declare its parameter as a mutable array, but the list that it gets is frozen.
   *
   * The memoized function takes one key and no signal. For a signal, write
   * `memoize(async (key, signal) => …, { many: batch, signal })`.
   *
   * @throws ArgumentError when `batch` is not a function, or is a class. OptionError when an option violates `CachedOptions`.
   * @example
   * const userOf = memoize.many(async (ids: readonly number[]) => {
   *   const users = await database.usersOf(ids);
   *   return ids.map((id) => users.get(id) ?? new Error(`no user ${id}`));
   * });
   * const [ada, alan] = await Promise.all([userOf(1), userOf(2)]); // one query
   */
  many<K, V>(
    batch: (this: any, keys: K[]) => ReturnType<BatchFunction<K, V>>,
    options?: Omit<CachedOptions<[key: K], Promise<Loaded<V>>>, 'many' | 'signal'>,
  ): (key: K) => Promise<Loaded<V>>;

  /**
   * Makes a preset: `memoize` with other defaults. The options that a use gives win over the defaults; `undefined` gives
   * none. Presets of presets merge, and the later one wins. `on` is one option, which is replaced as a whole. Each default
   * is checked here; an option that another has to stand beside is checked at each use. Nothing else changes.
   *
   * @throws OptionError when an option violates `CachedOptions`.
   * @example
   * const memoizeQuery = memoize.with({ capacity: 1000, ttl: 60_000 });
   * const userOf = memoizeQuery(loadUser, { ttl: 5000 });
   */
  with(defaults: CachedOptions): Memoize;
}

/**
 * The type of a batch's result for one key, without the errors that the call rejects with. If a batch returns nothing but
 * errors, they are the data and stay in the type.
 */
type Loaded<V> = [WithoutErrors<V>] extends [never] ? V : WithoutErrors<V>;
/**
 * `V` without its error types. A type counts as an error if its `stack` is optional, as `Error` declares it; other
 * types are data.
 */
type WithoutErrors<V> = V extends Error
  ? 'stack' extends keyof V
    ? Partial<V> extends Pick<V, 'stack'>
      ? never
      : V
    : V
  : V;

/** Makes the function `memoize` with a given set of features. */
export function memoizeWith(features: Features): Memoize {
  return presettable((preset): Omit<Memoize, 'with'> => {
    function memoize<F extends Fn>(fn: F, options: CachedOptions = {}): F {
      requireMethod('fn', fn);
      return wrapped(fn, resolveOptions(options, preset), features);
    }
    function many<K, V>(batch: BatchFunction<K, V>, options: CachedOptions = {}): (key: K) => Promise<Loaded<V>> {
      requireMethod('batch', batch);
      return wrapped(batch as Fn, resolveOptions(options, preset, batch), features);
    }
    return defineProperty(memoize, 'many', {
      value: many,
      writable: true,
      enumerable: true,
      configurable: true,
    }) as never;
  }) as Memoize;
}

function wrapped<F extends Fn>(fn: F, options: ResolvedOptions, features: Features): F {
  const { many, per } = options;
  // Without `per` the function has no receiver, so `many` cannot be the name of one of its methods.
  if (per === undefined && many !== undefined) requireOption(typeof many === 'function', 'many', 'a function', many);
  const label = () => fn.name || 'anonymous';
  return wrap(fn, { options, sharing: per ?? 'one', label, role: 'function', features, isStatic: false }) as F;
}

/** @throws ArgumentError when an argument is not a function, or is a class, which cannot be called without `new`. */
function requireMethod(name: string, fn: Fn): void {
  requireCallback(name, fn);
  // The text of a method may begin with `class` too, if that is its name. It has no prototype.
  if (!hasOwn(fn, 'prototype') || !/^class\b/.test(sourceOf(fn))) return;
  throw new ArgumentError(`${name}: expected a function, but got: a class`);
}
