import type { BoundedMap } from './bounded-map.js';

/**
 * Walks through the live entries of a map, least recent first. It makes a list of them, as using an entry moves it: of few
 * at the first step, of many at the second, so that the first step takes O(1). What is removed after that is skipped, what
 * is added is not visited.
 */
export function* walk<K, V>(map: BoundedMap<K, V>): Generator<[K, V], undefined, undefined> {
  const few = map.order(FEW);
  const first = few.length < FEW ? few : few.slice(0, 1);
  for (const key of first) {
    const slot = map.alive(key);
    if (slot !== 0) yield [key, map.valueAt(slot) as V];
  }
  if (first === few) return;
  for (const key of map.order()) {
    const slot = first.includes(key) ? 0 : map.alive(key);
    if (slot !== 0) yield [key, map.valueAt(slot) as V];
  }
}

/** So few entries that a list of them takes no time worth saving. */
const FEW = 256;
