import type { Fn } from '../definition/function.js';
import type { BatchFunction, CachedOptions } from '../definition/options.js';
import { resolveOptions } from '../definition/resolved-options.js';
import type { CallbackArgsOf } from '../definition/signature.js';
import { ArgumentError, mismatch } from '../errors.js';
import { requireObject, requireOption } from '../validate.js';
import type { Features } from './features.js';
import { wrap } from './wrap.js';

/** What `memoize` is: a function, with another that memoizes what loads many at once. */
export interface Memoize {
  /**
   * Memoizes a function: the same function, with a read-through LRU cache before it. Its `this` is
   * passed through; all receivers share one cache, unless `per` says otherwise.
   *
   * A hit takes O(size of the arguments), a miss the same and the call. An error is not stored. A
   * promise is given to every caller until it is fulfilled, and stored then. A thenable of a class of its own, as a query
   * builder, is awaited at once, and callers are given a native promise of what it comes to, whatever its type says.
   *
   * @throws ArgumentError when `fn` is no function, OptionError when an option is not as `CachedOptions`
   *   says, PlacementError when `fn` is a generator function.
   * @example
   * const fact = memoize(factorial, { capacity: 1000 });
   */
  <F extends Fn>(fn: F, options?: CachedOptions<CallbackArgsOf<F>, ReturnType<F>, ThisParameterType<F>>): F;

  /**
   * Makes a memoized function of one key from a function of many: the keys that one turn of the event loop asks for
   * and that are not stored are loaded by one call of `batch`, in the order in which they were asked for. Each result
   * is stored under its own key.
   *
   * A call rejects with the `Error` that `batch` gives in the place of its result, all calls of a batch with what
   * `batch` throws. Neither is stored. They reject with a BatchError when the results are no array, or not as many as the
   * keys. A call with any number of arguments but one rejects with an ArgumentError; so does one whose argument was
   * changed between the call and the end of the turn.
   *
   * `batch` must not wait for a call of one of its own keys, which would wait for `batch`.
   *
   * The function takes one key and no signal: for that, write `memoize(async (key, signal) => …, { many: batch, signal })`.
   *
   * @throws ArgumentError when `batch` is no function, OptionError when an option is not as `CachedOptions` says.
   * @example
   * const userOf = memoize.many(async (ids: readonly number[]) => {
   *   const users = await database.usersOf(ids);
   *   return ids.map((id) => users.get(id) ?? new Error(`no user ${id}`));
   * });
   * const [ada, alan] = await Promise.all([userOf(1), userOf(2)]); // one query
   */
  many<K, V>(
    batch: BatchFunction<K, V>,
    options?: Omit<CachedOptions<[key: K], Promise<Loaded<V>>>, 'many' | 'signal'>,
  ): (key: K) => Promise<Loaded<V>>;
}

/** What a batch gives for a key, without the errors that are thrown, unless it gives nothing else: then they are data. */
type Loaded<V> = [WithoutErrors<V>] extends [never] ? V : WithoutErrors<V>;
/** A class of errors is told by its `stack`, which need not be there. */
type WithoutErrors<V> = V extends Error
  ? 'stack' extends keyof V
    ? Partial<V> extends Pick<V, 'stack'>
      ? never
      : V
    : V
  : V;

/** The function `memoize` with some features. */
export function memoizeWith(features: Features): Memoize {
  function memoize<F extends Fn>(fn: F, options: CachedOptions = {}): F {
    requireCallable('fn', fn);
    const resolved = resolveOptions(options);
    const { many, per } = resolved;
    // Without `per` it is a function, which has no object to look for a method on.
    if (per === undefined && many !== undefined) requireOption(typeof many === 'function', 'many', 'a function', many);
    const label = () => fn.name || 'anonymous';
    return wrap(fn, { options: resolved, sharing: per ?? 'one', label, role: 'function', features }) as F;
  }
  function many<K, V>(batch: BatchFunction<K, V>, options: CachedOptions = {}): (key: K) => Promise<Loaded<V>> {
    requireCallable('batch', batch);
    requireObject('options', options);
    return memoize(batch as Fn, { ...options, many: batch });
  }
  return Object.assign(memoize, { many });
}

function requireCallable(name: string, fn: unknown): void {
  if (typeof fn !== 'function') throw new ArgumentError(mismatch(name, 'a function', fn));
}
