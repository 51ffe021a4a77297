import { living, max, type Reference, referenceTo } from '../platform.js';
import type { ObservedCache, SharedCache } from '../shared-registry.js';

/**
 * The receivers that have loaded since the program was exposed, by definition. Nothing else lists receivers, as a list would
 * cost memory for each of them. It holds their caches weakly, and counts up to a bound.
 */
export class SeenReceivers {
  readonly #lists = new WeakMap<object, SeenList>();

  /** Notes the cache of a load. */
  add(cache: ObservedCache): void {
    const { definition } = cache;
    const list = this.#lists.get(definition) ?? emptyList();
    this.#lists.set(definition, list);
    if (list.isFull || list.known.has(cache)) return;
    list.known.add(cache);
    list.references.add(referenceTo<SharedCache>(cache));
    if (list.references.size < list.sweepAt) return;
    const { length } = living(list.references);
    list.sweepAt = max(length * 2, FIRST_SWEEP);
    list.isFull = length > MOST_RECEIVERS;
  }

  /**
   * Returns the caches of a definition that still exist; `undefined` if they are too many. Once enough of these were
   * collected, the count begins again from empty.
   */
  of(definition: object): readonly SharedCache[] | undefined {
    const list = this.#lists.get(definition);
    if (list === undefined) return [];
    const found = living(list.references);
    if (found.length > MOST_RECEIVERS) return undefined;
    if (!list.isFull) return found;
    // Those that came while the list was full are not in it. Each is noted again by its next load.
    this.#lists.set(definition, emptyList());
    return [];
  }
}

interface SeenList {
  readonly known: WeakSet<ObservedCache>;
  readonly references: Set<Reference<SharedCache>>;
  /** Whether nothing more is listed, as there were too many. */
  isFull: boolean;
  /** The number of references at which those of collected caches are dropped. */
  sweepAt: number;
}

function emptyList(): SeenList {
  return { known: new WeakSet(), references: new Set(), isFull: false, sweepAt: FIRST_SWEEP };
}

const FIRST_SWEEP = 1000;

/** The most receivers of a definition that are counted, as each snapshot goes through all of them. */
const MOST_RECEIVERS = 10_000;
