import { isArray, sameValue } from '../platform.js';
import { flattenCall, isToken, release } from './flatten.js';
import { type Key, keyOf, keyOfToken, keyOfTokens } from './key.js';
import { sameTokens } from './token-tree.js';

/**
 * The key under which the entry of a call is stored. It is `NO_ARGUMENTS` for a call without arguments, the argument itself
 * for one argument that is its own token, and a new token list for all other calls.
 */
export type CallKey = unknown;

/** The call key of a call without arguments. No caller can pass it as an argument. */
export const NO_ARGUMENTS: unique symbol = /* @__PURE__ */ Symbol('no arguments');

/** Whether a call key is a token list. */
export function isTokens(key: CallKey): key is readonly unknown[] {
  return isArray(key);
}

/** Computes the call key of an argument list. */
export function callKeyOf(args: readonly unknown[]): CallKey {
  if (args.length === 0) return NO_ARGUMENTS;
  if (args.length === 1 && isToken(args[0])) return args[0];
  const tokens = flattenCall(args);
  const key = tokens.list.slice(0, tokens.count);
  release(tokens);
  return key;
}

/** Turns a call key into the public key that `keyOf` returns for the same arguments. */
export function publicKeyOf(key: CallKey): Key {
  if (key === NO_ARGUMENTS) return keyOf([]);
  return isTokens(key) ? keyOfTokens(key) : keyOfToken(key as Key);
}

/** Whether two call keys belong to equal argument lists. */
export function isSameKey(a: CallKey, b: CallKey): boolean {
  return isTokens(a) && isTokens(b) ? sameTokens(a, b, b.length) : sameValue(a, b);
}

/** The arguments of a key whose tokens are the arguments. */
export function argsOf(key: CallKey): readonly unknown[] {
  if (key === NO_ARGUMENTS) return [];
  return isTokens(key) ? key.slice(1) : [key];
}
