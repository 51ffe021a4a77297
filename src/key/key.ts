import { ArgumentError, mismatch } from '../errors.js';
import { encode, OPEN } from './encode.js';

/** A key: a primitive, so that it can stand in a Map and keeps no argument alive. */
export type Key = string | number | bigint | boolean | symbol | null | undefined;

/**
 * The key of an argument list. Two lists have the same key exactly when they are equal: of one length,
 * and their members the same primitive, or by-value objects of equal content, or one and the same
 * object where only identity is left. docs/keys.md has the rules for every type.
 *
 * A lone primitive is its own key; everything else is an injective encoding, which takes O(size of
 * the arguments). The key is not stable across processes when an argument is keyed by identity.
 *
 * @throws ArgumentError when `args` is no array or holds more than 4 million objects, and whatever a getter or proxy among the arguments throws.
 * @example keyOf([1]) // 1
 */
export function keyOf(args: readonly unknown[]): Key {
  if (!Array.isArray(args)) throw new ArgumentError(mismatch('args', 'an array', args));
  if (args.length === 1) {
    const [only] = args;
    switch (typeof only) {
      case 'string':
        // A string that reads like an encoding is encoded, lest it be taken for one.
        return only.startsWith(OPEN) ? encode(args) : only;
      case 'number':
        // A Map does not tell -0 from 0.
        return Object.is(only, -0) ? encode(args) : only;
      case 'object':
        return only === null ? only : encode(args);
      case 'function':
        return encode(args);
      default:
        return only as Key;
    }
  }
  return encode(args);
}
