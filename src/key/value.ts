import { hasOwn, keysOf, rawDescriptorOf, symbolsOf } from '../platform.js';
import { BuiltIn } from './built-in.js';
import { isKeyed, refuseValue, registeredFor } from './cache-key.js';
import { identityOf } from './identity.js';
import { kindOf } from './kind.js';
import { ARRAY, BACK, KEYED, type Marker, MINUS_ZERO } from './marker.js';
import type { TokenBuffer } from './token-buffer.js';

/** Writes a value: a primitive as its own token, and an object as a marker. The body of the object is written later. */
export function write(to: TokenBuffer, value: unknown): void {
  // Tests the types one by one, because the engine can then do so without a call.
  if (typeof value === 'object' && value !== null) writeObject(to, value);
  else if (typeof value === 'function') put(to, identityOf(value));
  else if (typeof value === 'number' && value === 0 && 1 / value < 0) put(to, MINUS_ZERO);
  else {
    if (typeof value === 'string') to.characters += value.length;
    to.list[to.count++] = value;
  }
}

/** Writes one token. */
export function put(to: TokenBuffer, token: unknown): void {
  to.list[to.count++] = token;
}

function writeObject(to: TokenBuffer, target: object): void {
  const { numbers } = to;
  const number = numbers?.get(target);
  if (number !== undefined) {
    // A value that leads back to its own object, through values alone, says nothing: all instances would be equal.
    for (let { at } = to; at?.kind === KEYED; at = at.parent) if (at.target === target) refuseValue(target);
    put(to, BACK);
    put(to, number);
    return;
  }
  const ownKind = kindOfValue(target);
  const content = contentOf(target, ownKind);
  if (content === undefined) {
    put(to, identityOf(target));
    return;
  }
  const kind = kindWith(content, ownKind);
  put(to, kind);
  to.objects++;
  // To write an empty object again takes less than to number it.
  if (numbers !== undefined && (content !== kind || !isEmpty(target, kind))) numbers.set(target, numbers.size);
  const pending = { target, kind, content, parent: to.at, next: undefined };
  if (to.last === undefined) to.first = pending;
  else to.last.next = pending;
  to.last = pending;
}

/** Returns the kind of an object, as `kindOf` does, or `KEYED` if the object says itself what its value is. */
export function kindOfValue(target: object): Marker | undefined {
  return isKeyed(target) ? KEYED : kindOf(target);
}

/**
 * Returns the content of an object: that of a built-in object, the function that `registerCacheKey` was given for it, or the
 * kind of any other, which has its content in its properties. Returns `undefined` if the object is compared by identity.
 *
 * @param kind What `kindOfValue` returned.
 */
export function contentOf(target: object, kind: Marker | undefined): unknown {
  const content = kind instanceof BuiltIn ? kind.contentOf(target) : kind;
  const mayBeRegistered = content === undefined || kind === KEYED;
  return mayBeRegistered ? (registeredFor(target, kind === KEYED) ?? content) : content;
}

/** Returns the kind of an object with this content: what `kindOfValue` returned, or `KEYED` if its class is registered. */
export function kindWith(content: unknown, kind: Marker | undefined): Marker {
  return typeof content === 'function' ? KEYED : kind!;
}

/** Whether an array or an object without a content of its own has no properties. Its tokens show whether this is so. */
function isEmpty(target: object, kind: Marker): boolean {
  if (kind === KEYED || (kind === ARRAY && ((target as unknown[]).length > 0 || hasOwn(target, 'raw')))) return false;
  return keysOf(target).length === 0 && enumerable(target, symbolsOf(target)).length === 0;
}

/** Returns those of an object's symbols whose properties are enumerable. Most objects have no symbols. */
export function enumerable(target: object, symbols: symbol[]): symbol[] {
  return symbols.length === 0 ? symbols : symbols.filter((symbol) => rawDescriptorOf(target, symbol)?.enumerable);
}
