import { ArgumentError, mismatch } from '../errors.js';
import type { Fn } from './definition.js';
import { type CachedOptions, resolveOptions } from './options.js';
import { wrap } from './wrap.js';

/**
 * Memoizes a function: the same function, with a read-through LRU cache before it. Its `this` is
 * passed through; all receivers share one cache, unless `per` says otherwise.
 *
 * A hit takes O(size of the arguments), a miss the same and the call. An error is not stored. A
 * promise is given to every caller until it is fulfilled, and stored then.
 *
 * @throws ArgumentError when `fn` is no function, OptionError when an option is not as `CachedOptions`
 *   says, PlacementError when `fn` is a generator function.
 * @example
 * const fact = memoize(factorial, { capacity: 1000 });
 */
export function memoize<F extends Fn>(
  fn: F,
  options: CachedOptions<Parameters<F>, ReturnType<F>, ThisParameterType<F>> = {},
): F {
  if (typeof fn !== 'function') throw new ArgumentError(mismatch('fn', 'a function', fn));
  const resolved = resolveOptions(options);
  return wrap(fn, resolved, resolved.per ?? 'one', () => fn.name || 'anonymous', false) as F;
}
