import { mismatch, OptionError } from './errors.js';

/** A required option: refuses a value that does not fit. @throws OptionError that says what was expected and what came. */
export function requireOption(fits: unknown, name: string, expected: string, received: unknown): void {
  if (!fits) throw new OptionError(mismatch(name, expected, received));
}

/** Refuses what is no object of options. */
export function requireObject(name: string, options: unknown): void {
  requireOption(typeof options === 'object' && options && !Array.isArray(options), name, 'an object', options);
}

/** Refuses what is no object of options, and names that are not options. */
export function requireNames(options: object, known: string, name = 'options'): void {
  requireObject(name, options);
  const names = known.split(' ');
  for (const key of Object.keys(options)) requireOption(names.includes(key), name, known, key);
}

/** The type is checked too: a string would compare. */
export function requireNumber(name: string, value: number, least: number, most = Infinity): void {
  // The message is not made unless it is needed, since this is asked of every entry.
  if (typeof value === 'number' && value >= least && value <= most) return;
  requireOption(false, name, `a ${most < Infinity ? 'finite ' : ''}number ${least ? 'above' : 'from'} 0`, value);
}

export function requireFunction(name: string, value: unknown): void {
  requireOption(value === undefined || typeof value === 'function', name, 'a function', value);
}
