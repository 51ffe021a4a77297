import { bare, defineProperty, max, type Reference, referenceTo, sameValue } from '../platform.js';
import type { BoundedMap } from './bounded-map.js';

/** The Map that Node's `util.inspect`, and so `console.log`, shows for a cache. */

/** The option of `util.inspect` that bounds the number of entries that it shows. `null` means no bound. */
export interface InspectOptions {
  readonly maxArrayLength?: number | null | undefined;
}

/** The entries of a cache. */
export interface InspectedEntries<K> {
  readonly size: number;
  /** The keys, least recent first, at most so many. Some of them may be dead. */
  order(most?: number): K[];
}

type Entry = [key: unknown, value: unknown];

/** Returns the Map for an `LruCache`, given the map that holds its entries. */
export function inspectedEntries<K, V>(
  cache: object,
  map: BoundedMap<K, V>,
  options?: InspectOptions,
): Map<unknown, unknown> {
  const entriesOf = (key: K): Entry[] => {
    const slot = map.alive(key);
    return slot === 0 ? [] : [[key, map.valueAt(slot)]];
  };
  return inspectedMap(cache, 'LruCache', map, entriesOf, options);
}

/**
 * Returns a Map of the first entries of a cache: as many as `util.inspect` shows. Its tag is the name of the cache, with
 * the number of all entries if the Map has fewer. `entriesOf` returns the entry of a key in an array, which is empty for
 * a dead one.
 *
 * It is a Map, not a text, because `util.inspect` applies its depth limit and its detection of cycles only to objects
 * that it walks itself. One inspection gets the same Map at each look at a cache, so that it finds cycles.
 */
export function inspectedMap<K>(
  cache: object,
  name: string,
  entries: InspectedEntries<K>,
  entriesOf: (key: K) => Entry[],
  options?: InspectOptions,
): Map<unknown, unknown> {
  const { maxArrayLength = 100 } = bare(options);
  const most = max(0, maxArrayLength ?? Infinity);
  const keys = entries.order(most + 1);
  let found = keys.flatMap(entriesOf);
  // Some of the first keys were dead, so others are shown instead.
  if (found.length < keys.length) found = entries.order().flatMap(entriesOf);
  const shown = found.slice(0, most);
  const tag = shown.length < found.length ? `${name}, first ${shown.length} of ${entries.size}` : name;
  const known = inspected.get(cache)?.deref();
  if (known?.[Symbol.toStringTag] === tag && areSame([...known], shown)) return known;
  const map = defineProperty(new Map(shown), Symbol.toStringTag, { value: tag });
  inspected.set(cache, referenceTo(map));
  return map;
}

function areSame(some: readonly Entry[], others: readonly Entry[]): boolean {
  const isSame = ([key, value]: Entry, i: number) => sameValue(key, others[i]![0]) && sameValue(value, others[i]![1]);
  return some.length === others.length && some.every(isSame);
}

/**
 * The Map that was returned last for each cache. The engine keeps it at least until the end of the job, and so of the
 * inspection. It keeps no entry alive for longer.
 */
const inspected = /* @__PURE__ */ new WeakMap<object, Reference<Map<unknown, unknown>>>();
