/**
 * A cache: a bounded map with `get`, `has`, `set` and `delete`, as its library gives it.
 *
 * - `make(capacity, ttl)`: a new one; `ttl` is `undefined` where none is asked for.
 * - `hasTtl`, `isStrict`: whether it offers a ttl; whether it keeps the order of a least recently used list exactly,
 *   in a `Map`.
 * - `isObjectKeyed`: its index is a plain object, which makes V8 internalize the strings that other contenders use.
 * - `isSlowTo`: tells of an operation whether it takes a time that grows with the size, so that large sizes never end.
 */
import { TTLCache } from '@isaacs/ttlcache';
import { createLRU } from 'lru.min';
import { LRUCache } from 'lru-cache';
import { LRUMapWithDelete } from 'mnemonist';
import QuickLRU from 'quick-lru';
import { lru } from 'tiny-lru';

/** Those of all libraries, ours first. */
export function cachesOf(builds) {
  return [
    ...builds.map(({ name, memokit }) => ({
      name,
      isOurs: true,
      hasTtl: true,
      make: (capacity, ttl = Infinity) => new memokit.LruCache({ capacity, ttl }),
    })),
    {
      name: 'lru-cache',
      isStrict: true,
      hasTtl: true,
      make: (max, ttl) => new LRUCache(ttl === undefined ? { max } : { max, ttl }),
    },
    {
      name: 'lru-cache (ttlResolution: 0)',
      isTtlOnly: true,
      hasTtl: true,
      make: (max, ttl) => new LRUCache({ max, ttl, ttlResolution: 0 }),
    },
    { name: 'mnemonist', isStrict: true, make: (capacity) => new LRUMapWithDelete(capacity) },
    { name: 'lru.min', isStrict: true, make: (max) => createLRU({ max }) },
    {
      name: 'quick-lru',
      hasTtl: true,
      make: (maxSize, maxAge) => new QuickLRU(maxAge === undefined ? { maxSize } : { maxSize, maxAge }),
    },
    { name: 'tiny-lru', isObjectKeyed: true, hasTtl: true, make: (max, ttl) => lru(max, ttl) },
    {
      name: '@isaacs/ttlcache',
      isTtlOnly: true,
      hasTtl: true,
      isSlowTo: (operation) => !['get', 'has', 'set'].includes(operation),
      make: (max, ttl) => new TTLCache({ max, ttl }),
    },
  ];
}
