import { ArgumentError, mismatch, OptionError } from './errors.js';
import { create, holderOf, keysOf, tagOf } from './platform.js';

/** Refuses an option that does not fit. @throws OptionError that names the expected and the received value. */
export function requireOption(fits: unknown, name: string, expected: string, received: unknown): void {
  if (!fits) throw new OptionError(mismatch(name, expected, received));
}

/** Refuses options that are not an object, or are a collection or another built-in object, whose content is no option. */
export function requireObject(name: string, options: unknown): void {
  requireOption(typeof options === 'object' && tagOf(options) === '[object Object]', name, 'an object', options);
}

/**
 * Returns a copy of options for which each own property was read once. What `Object.prototype` has is ignored. Refuses
 * options that are not an object, properties that are not options, and options that the object inherits.
 */
export function ownOptions<T extends object>(options: T, known: string, name = 'options'): T {
  requireObject(name, options);
  const names = known.split(' ') as (keyof T & string)[];
  for (const key of keysOf(options)) requireOption(names.includes(key as never), name, known, key);
  const own = create(null) as T;
  for (const key of names) {
    const holder = holderOf(options, key);
    if (holder === options) own[key] = options[key];
    else if (holder !== undefined)
      throw new OptionError(`${name}: expected ${key} as an own property, but got: an inherited one`);
  }
  return own;
}

/** Refuses a number outside of a range. The type is checked too, because a string can be compared with a number. */
export function requireNumber(name: string, value: number, least: number, most = Infinity): void {
  // The message is built only if it is needed, because every entry goes through this check.
  if (typeof value === 'number' && value >= least && value <= most) return;
  requireOption(false, name, `a ${most < Infinity ? 'finite ' : ''}number ${least ? 'above' : 'from'} 0`, value);
}

/** Refuses an option that is set and is not a function. */
export function requireFunction(name: string, value: unknown): void {
  requireOption(value === undefined || typeof value === 'function', name, 'a function', value);
}

/** @throws ArgumentError when an argument that is to be called is no function. */
export function requireCallback(name: string, value: unknown): void {
  if (typeof value !== 'function') throw new ArgumentError(mismatch(name, 'a function', value));
}

/** @throws ArgumentError when a time in milliseconds is no number above 0. */
export function requireTime(name: string, given: unknown): void {
  if (!(typeof given === 'number' && given > 0)) throw new ArgumentError(mismatch(name, 'a number above 0', given));
}
