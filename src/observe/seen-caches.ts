import { living, type Reference, referenceTo } from '../platform.js';
import type { ObservedCache } from '../shared-registry.js';

/** The caches that an observer has seen load. It keeps none of them alive. */
export class SeenCaches {
  readonly #known = new WeakSet<ObservedCache>();
  readonly #all = new Set<Reference<ObservedCache>>();
  /** How many references are kept before those of collected caches are dropped. */
  #limit = 1024;

  add(cache: ObservedCache): void {
    if (this.#known.has(cache)) return;
    this.#known.add(cache);
    this.#all.add(referenceTo(cache));
    if (this.#all.size > this.#limit) this.#limit = 2 * living(this.#all).length + 1024;
  }

  /** Returns the number of entries that they have now, by the names of their definitions. O(caches). */
  entryCounts(): Map<string, number> {
    const counts = new Map<string, number>();
    for (const cache of living(this.#all)) {
      const { name } = cache.definition;
      counts.set(name, (counts.get(name) ?? 0) + sizeOf(cache));
    }
    return counts;
  }
}

/** Returns the number of entries, without those that a `clear` has ended. */
function sizeOf(cache: ObservedCache): number {
  try {
    cache.clearIfOutdated();
  } catch {
    // A clock of the program's own threw. Metrics go on with what the cache still holds.
  }
  return cache.entries.size;
}
