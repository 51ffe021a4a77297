import type { Definition } from '../definition/definition.js';
import { ArgumentError } from '../errors.js';
import { type CallKey, isTokens, NO_ARGUMENTS } from '../key/call-key.js';
import { Identity } from '../key/identity.js';
import { identityPlaces } from '../key/identity-places.js';
import { isPacked, renderPacked } from '../key/packed.js';
import { render } from '../key/render.js';
import { keyFor } from '../platform.js';

/** Returns the text that names a call in a store, the same in each process; `undefined` if the call has no such name. */
export function textOfKey(key: CallKey): string | undefined {
  if (!isTokens(key)) return isNameless(key) ? undefined : key === NO_ARGUMENTS ? render([0], 1) : render([1, key], 2);
  if (isPacked(key)) return renderPacked(key);
  return key.some(isNameless) ? undefined : render(key, key.length);
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
  // The tokens of a packed key do not show what stood there.
  if (text !== undefined && !(isTokens(key) && isPacked(key))) return text;
  const hasKey = definition.options.key !== undefined;
  const keyed = definition.keyedBy(receiver, args);
  const [place] = hasKey ? identityPlaces('key', keyed[0]) : identityPlaces('args', keyed);
  if (text !== undefined && place === undefined) return text;
  throw new ArgumentError(
    `${definition.name}: ${place ?? 'an argument'} counts by identity, so it cannot name a stored result: give its class a ` +
      'method [cacheKey], register the class with registerCacheKey, or write the option key',
  );
}

/** Whether a token is another one in each process. */
function isNameless(token: unknown): boolean {
  if (typeof token === 'symbol') return token !== NO_ARGUMENTS && keyFor(token) === undefined;
  return token instanceof Identity;
}
