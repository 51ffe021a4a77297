import { flatten, isToken, release } from './flatten.js';
import { type Key, keyOf, keyOfToken, keyOfTokens } from './key.js';
import { sameTokens } from './token-tree.js';

/**
 * A call key: what the entry of a call is found by. A lone argument that is its own token, no arguments as such, and a
 * token list of its own for everything else.
 */
export type CallKey = unknown;

/** The call key of no arguments. Never an argument. */
export const NO_ARGUMENTS: unique symbol = /* @__PURE__ */ Symbol('no arguments');

export function isTokens(key: CallKey): key is readonly unknown[] {
  return Array.isArray(key);
}

export function callKeyOf(args: readonly unknown[]): CallKey {
  if (args.length === 0) return NO_ARGUMENTS;
  if (args.length === 1 && isToken(args[0])) return args[0];
  const tokens = flatten(args);
  const key = tokens.list.slice(0, tokens.count);
  release(tokens);
  return key;
}

/** The public key of a call key, as `keyOf` gives it for the arguments. */
export function publicKeyOf(key: CallKey): Key {
  if (key === NO_ARGUMENTS) return keyOf([]);
  return isTokens(key) ? keyOfTokens(key) : keyOfToken(key as Key);
}

/** Whether two call keys are those of equal argument lists. */
export function isSameKey(a: CallKey, b: CallKey): boolean {
  return isTokens(a) && isTokens(b) ? sameTokens(a, b, b.length) : Object.is(a, b);
}
