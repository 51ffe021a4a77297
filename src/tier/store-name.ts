import type { Definition } from '../definition/definition.js';
import { ArgumentError } from '../errors.js';
import { type CallKey, isTokens, NO_ARGUMENTS } from '../key/call-key.js';
import { Identity } from '../key/identity.js';
import { identityPlaces } from '../key/identity-places.js';
import { isPacked } from '../key/packed.js';
import { OPEN, textOf } from '../key/render.js';
import { keyFor, type Reference, referenceTo } from '../platform.js';

/**
 * Returns the text that names a call in a store, the same in each process; `undefined` if the call has no such name.
 * @throws ArgumentError for instances of two classes of one name, as these would share results.
 */
export function textOfKey(key: CallKey): string | undefined {
  const tokens: readonly unknown[] = isTokens(key) ? key : key === NO_ARGUMENTS ? [0] : [1, key];
  if (tokens.some(isNameless)) return undefined;
  // The texts of a packed key are rendered tokens already, but for those that are long.
  if (isPacked(tokens))
    return (
      OPEN +
      tokens
        .slice(1)
        .map((token) => (typeof token === 'string' ? token : nameOf(token)))
        .join('')
    );
  return OPEN + tokens.map(nameOf).join('');
}

/**
 * Refuses a call that has no name in a store, since a part of its key counts by identity. @throws ArgumentError that names
 * the part.
 */
export function requireNamed(
  definition: Definition,
  key: CallKey,
  receiver: unknown,
  args: readonly unknown[],
): string {
  const text = textOfKey(key);
  if (text !== undefined) return text;
  const hasKey = definition.options.key !== undefined;
  const keyed = definition.keyedBy(receiver, args);
  const [place] = hasKey ? identityPlaces('key', keyed[0]) : identityPlaces('args', keyed);
  throw new ArgumentError(
    `${definition.name}: ${place ?? 'an argument'} counts by identity, so it cannot name a stored result: give its class a ` +
      'method [cacheKey], register the class with registerCacheKey, or write the option key',
  );
}

/** Whether a token is another one in each process. */
function isNameless(token: unknown): boolean {
  if (typeof token === 'symbol') return keyFor(token) === undefined;
  return token instanceof Identity && !token.name;
}

/** The text of a token. That of a class whose instances have a value is its name. */
function nameOf(token: unknown): string {
  if (!(token instanceof Identity)) return textOf(token);
  const name = token.name!;
  const known = classes.get(name)?.deref();
  if (known === undefined) classes.set(name, referenceTo(token));
  else if (known !== token) {
    throw new ArgumentError(
      `${name}: two classes of this name have values in keys, so instances would share stored results`,
    );
  }
  return `c${name.length}:${name}`;
}

/** The class of each name. */
const classes = new Map<string, Reference<Identity>>();
