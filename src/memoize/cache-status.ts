import { ArgumentError, mismatch } from '../errors.js';
import { floor, max } from '../platform.js';
import type { CallResult } from './call-result.js';

/**
 * Returns the value of a `Cache-Status` header (RFC 9211) for the result of a call. The header tells clients and proxies
 * whether the cache has answered, and for how many whole seconds the value is fresh, less than 0 if it is stale.
 *
 * @param name The name of the cache in the header.
 * @throws ArgumentError when `name` is not a string of printable ASCII characters, or is empty.
 * @example
 * const result = await cacheOf(service, 'get').call(id);
 * response.setHeader('Cache-Status', cacheStatus(result)); // memokit; hit; ttl=42
 */
export function cacheStatus({ outcome, expiresIn }: CallResult, name = 'memokit'): string {
  if (typeof name !== 'string' || !/^[ -~]+$/.test(name)) {
    throw new ArgumentError(mismatch('name', 'printable ASCII characters', name));
  }
  // Structured fields (RFC 9651) write a token bare, and any other text as a string.
  const cache = /^[A-Za-z*][\w!#$%&'*+\-.^`|~:/]*$/.test(name) ? name : `"${name.replace(/[\\"]/g, '\\$&')}"`;
  // The most digits that an integer of a structured field has.
  const seconds = floor(max(expiresIn / 1000, -LARGEST));
  const isStored = expiresIn !== 0 && outcome !== 'bypassed';
  const ttl = isStored && seconds <= LARGEST ? `; ttl=${seconds}` : '';
  return `${cache}; ${WORDS[outcome]}${outcome === 'miss' && isStored ? '; stored' : ''}${ttl}`;
}

const LARGEST = 999_999_999_999_999;

const WORDS = { hit: 'hit', stale: 'hit', miss: 'fwd=miss', coalesced: 'fwd=miss; collapsed', bypassed: 'fwd=bypass' };
