import { ArgumentError, mismatch } from '../errors.js';
import { isArray, isView, keysOf, tagOf } from '../platform.js';
import { requireTime } from '../validate.js';
import type { Invalidated, InvalidationMode, Lease, NewEntry, StoreKey } from './store.js';

/** The checks of what callers give to a store. They come before the engine, whose failures are no errors. @throws ArgumentError */
export function requireKeys(keys: readonly StoreKey[]): void {
  requireArgument(isArray(keys), 'keys', 'an array of keys', keys);
  for (const key of keys) requireKey(key);
}

export function requireKey(given: StoreKey): void {
  const { namespace, key } = given ?? {};
  const fits = typeof namespace === 'string' && typeof key === 'string';
  requireArgument(fits, 'key', 'an object with the texts namespace and key', given);
}

export function requireLease(lease: Lease): Lease {
  const { token, clock } = lease ?? {};
  requireArgument(typeof token === 'string' && typeof clock === 'number', 'lease', 'a lease of this store', lease);
  requireKey(lease.key);
  return lease;
}

export function requireEntry(entry: NewEntry): NewEntry {
  const { value, tags, ttl } = entry ?? {};
  const isBytes = isView(value) && /Uint8Array/.test(tagOf(value));
  requireArgument(isBytes, 'value', 'a Uint8Array', value);
  requireTime('ttl', ttl);
  requireTexts('tags', tags);
  return entry;
}

export function requireInvalidation(what: Invalidated, mode: InvalidationMode | undefined): void {
  const given = Object(what) as { keys: readonly StoreKey[]; namespace: string; tags: readonly string[] };
  const [name, ...more] = keysOf(given);
  const isOne = more.length === 0 && (name === 'keys' || name === 'namespace' || name === 'tags');
  requireArgument(isOne, 'what', 'an object with keys, a namespace or tags', what);
  if (name === 'keys') requireKeys(given.keys);
  else if (name === 'tags') requireTexts('tags', given.tags);
  else requireArgument(typeof given.namespace === 'string', 'namespace', 'a text', given.namespace);
  requireArgument(mode === undefined || mode === 'remove' || mode === 'expire', 'mode', 'remove or expire', mode);
}

/** @throws ArgumentError unless a value fits. */
export function requireArgument(fits: boolean, name: string, expected: string, given: unknown): void {
  if (!fits) throw new ArgumentError(mismatch(name, expected, given));
}

function requireTexts(name: string, given: readonly string[]): void {
  const fits = isArray(given) && given.every((text) => typeof text === 'string');
  requireArgument(fits, name, 'an array of texts', given);
}
