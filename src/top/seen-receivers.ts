import { living, type Reference, referenceTo } from '../platform.js';
import type { ObservedCache, SharedCache } from '../shared-registry.js';

/**
 * The receivers that have loaded since the program was exposed, by definition. Nothing else lists receivers, as a list would
 * cost memory for each of them. It holds their caches weakly, and counts up to a bound.
 */
export class SeenReceivers {
  readonly #known = new WeakSet<ObservedCache>();
  readonly #lists = new WeakMap<object, SeenList>();

  /** Notes the cache of a load. */
  add(cache: ObservedCache): void {
    if (this.#known.has(cache)) return;
    this.#known.add(cache);
    const { definition } = cache;
    const list = this.#lists.get(definition) ?? { references: new Set(), sweepAt: FIRST_SWEEP };
    this.#lists.set(definition, list);
    list.references?.add(referenceTo<SharedCache>(cache));
    if (list.references === undefined || list.references.size < list.sweepAt) return;
    const { length } = living(list.references);
    list.sweepAt = length * 2;
    if (length > MOST_RECEIVERS) list.references = undefined;
  }

  /** Returns the caches of a definition that still exist; `undefined` if they were too many to be listed. */
  of(definition: object): readonly SharedCache[] | undefined {
    const list = this.#lists.get(definition);
    if (list === undefined) return [];
    return list.references && living(list.references);
  }
}

interface SeenList {
  /** The caches; `undefined` once they were too many. */
  references: Set<Reference<SharedCache>> | undefined;
  /** The number of references at which those of collected caches are dropped. */
  sweepAt: number;
}

const FIRST_SWEEP = 1000;

/** The most receivers of a definition that are counted, as each snapshot goes through all of them. */
const MOST_RECEIVERS = 10_000;
