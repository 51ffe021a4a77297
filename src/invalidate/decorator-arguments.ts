import type { Fn } from '../definition/function.js';
import { ArgumentError, mismatch } from '../errors.js';
import { isArray } from '../platform.js';

/** The arguments of `@evicts` or `@puts`, parsed. */
export interface DecoratorArguments {
  /** The names of the cached members. */
  readonly names: readonly PropertyKey[];
  /** The function that returns the arguments of the call to evict or put. `undefined` means every call. */
  readonly args: Fn<unknown> | undefined;
  readonly options: object;
}

/**
 * Parses the arguments of a decorator: names, one by one or in an array, then an optional function, then optional
 * options.
 *
 * @throws ArgumentError when there is no name, or when an argument in the place of a name is not one.
 */
export function parseDecoratorArguments(decorator: string, given: readonly unknown[]): DecoratorArguments {
  const rest = [...given];
  const options = isOptions(rest.at(-1)) ? (rest.pop() as object) : {};
  const args = typeof rest.at(-1) === 'function' ? (rest.pop() as Fn) : undefined;
  const names = rest.flat();
  if (names.length === 0)
    throw new ArgumentError(`@${decorator} needs the name of a cached member: write @${decorator}('name', …)`);
  for (const name of names) {
    if (!isName(name)) throw new ArgumentError(mismatch('name', 'the name of a cached method or getter', name));
  }
  return { names: names as PropertyKey[], args, options };
}

function isOptions(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !isArray(value);
}

function isName(value: unknown): boolean {
  return ['string', 'symbol', 'number'].includes(typeof value);
}
