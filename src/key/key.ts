import { ArgumentError, mismatch } from '../errors.js';
import { isArray } from '../platform.js';
import { flatten, isToken, release } from './flatten.js';
import { isPacked, renderPacked } from './packed.js';
import { OPEN, render } from './render.js';

/** A key of an argument list. It is a primitive, so that a Map can use it and it keeps no argument alive. */
export type Key = string | number | bigint | boolean | symbol | null | undefined;

/**
 * Returns the key of an argument list. An instance of a class counts by identity, because a class may hold what no reader
 * sees: a DTO, an entity, an `ObjectId`, a `Decimal` or a date of Luxon or Day.js equals only itself, so a call with a new
 * one never hits. Use the option `key`, as in `key: (dto) => ({ ...dto })`, give the class a method `[cacheKey]`, or register a
 * class that is not yours with `registerCacheKey`. The method `explain` of a cache names what counts by identity.
 *
 * Two lists have the same key exactly when they are equal: they have the same length,
 * and each pair of members is the same primitive, two objects of equal content or, for objects that are compared by
 * identity, the same object. docs/keys.md has the rules for every type.
 *
 * A list of one primitive has that primitive as its key (except -0, and strings that look like a rendered key). Every other
 * list has a text as its key; different lists never have the same text. Takes O(size of the arguments). If an argument is
 * compared by identity, the key differs from process to process.
 *
 * @throws ArgumentError when `args` is not an array or holds more than 4 million objects. Errors of getters and proxies
 *   among the arguments reach the caller.
 * @example keyOf([1]) // 1
 */
export function keyOf(args: readonly unknown[]): Key {
  requireArguments(args);
  if (args.length === 1 && isToken(args[0])) return keyOfToken(args[0] as Key);
  const tokens = flatten(args);
  const key = render(tokens.list, tokens.count);
  release(tokens);
  return key;
}

/** Checks that a value is an argument list. @throws ArgumentError when it is not an array. */
export function requireArguments(args: unknown): void {
  if (!isArray(args)) throw new ArgumentError(mismatch('args', 'an array', args));
}

/** Returns the key of the argument list that has these tokens. */
export function keyOfTokens(tokens: readonly unknown[]): Key {
  if (isPacked(tokens)) return renderPacked(tokens);
  return tokens.length === 2 && isToken(tokens[1]) ? keyOfToken(tokens[1] as Key) : render(tokens, tokens.length);
}

/** Returns the key of a list of one argument that is its own token. */
export function keyOfToken(token: Key): Key {
  // Renders a string that looks like a rendered key, so that it cannot equal the key of another list.
  return typeof token === 'string' && token.startsWith(OPEN) ? render([1, token], 2) : token;
}
