import { mismatch, OptionError } from './errors.js';

/** A required option: refuses a value that does not fit. @throws OptionError that says what was expected and what came. */
export function requireOption(fits: unknown, name: string, expected: string, received: unknown): void {
  if (!fits) throw new OptionError(mismatch(name, expected, received));
}
