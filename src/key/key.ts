import { ArgumentError, mismatch } from '../errors.js';
import { flatten, isToken, release } from './flatten.js';
import { OPEN, render } from './render.js';

/** A key: a primitive, so that it can stand in a Map and keeps no argument alive. */
export type Key = string | number | bigint | boolean | symbol | null | undefined;

/**
 * The key of an argument list. Two lists have the same key exactly when they are equal: of one length,
 * and their members the same primitive, or by-value objects of equal content, or one and the same
 * object where only identity is left. docs/keys.md has the rules for every type.
 *
 * A lone primitive is its own key; everything else is an injective text, which takes O(size of
 * the arguments). The key is not stable across processes when an argument is keyed by identity.
 *
 * @throws ArgumentError when `args` is no array or holds more than 4 million objects, and whatever a getter or proxy among the arguments throws.
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

/** @throws ArgumentError when it is no argument list. */
export function requireArguments(args: unknown): void {
  if (!Array.isArray(args)) throw new ArgumentError(mismatch('args', 'an array', args));
}

/** The key of the argument list that has these tokens. */
export function keyOfTokens(tokens: readonly unknown[]): Key {
  return tokens.length === 2 && isToken(tokens[1]) ? keyOfToken(tokens[1] as Key) : render(tokens, tokens.length);
}

/** The key of a lone argument that is its own token. */
export function keyOfToken(token: Key): Key {
  // A string that reads like a rendering is rendered, lest it be taken for one.
  return typeof token === 'string' && token.startsWith(OPEN) ? render([1, token], 2) : token;
}
