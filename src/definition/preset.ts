import { defineProperty } from '../platform.js';
import type { CachedOptions } from './options.js';
import { givenOptions } from './resolved-options.js';

/** A preset: options that a function takes as the defaults of the options that each use gives it. */

/**
 * Makes a function of a preset, with the method `with`, which makes the same function of another preset: that of this
 * one and the given defaults, of which the given ones win.
 */
export function presettable<F extends object>(
  make: (preset: CachedOptions | undefined) => F,
  preset?: CachedOptions,
): F & { with(defaults: CachedOptions): F } {
  const value = (defaults: CachedOptions) => presettable(make, givenOptions(defaults, preset));
  return defineProperty(make(preset), 'with', { value, writable: true, enumerable: true, configurable: true }) as never;
}
