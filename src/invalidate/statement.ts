import type { Fn } from '../definition/function.js';
import { ArgumentError, mismatch } from '../errors.js';

/** A statement: what stands in the parentheses of `@evicts` and `@puts`, taken apart. */
export interface Statement {
  readonly names: readonly PropertyKey[];
  /** Makes the arguments of the call that is meant. Without it every call is. */
  readonly args: Fn<unknown> | undefined;
  readonly options: object;
}

/**
 * Names, one by one or in an array, then the argument function if there is one, then options if there are any.
 *
 * @throws ArgumentError when there is no name, or something that is none.
 */
export function readStatement(decorator: string, given: readonly unknown[]): Statement {
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
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isName(value: unknown): boolean {
  return ['string', 'symbol', 'number'].includes(typeof value);
}
