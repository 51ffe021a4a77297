import type { CallStats } from '../definition/stats.js';
import { keysOf, type Reference } from '../platform.js';
import { type SharedDefinition, shared } from '../shared-registry.js';

type EvictionCause = keyof CallStats['evictions'];

/** The counts that can be added up. */
type Count = Exclude<keyof CallStats, 'meanLoadTime' | 'evictions' | 'minus'>;

/** The counts of the calls of all definitions of one name. */
export type Totals = Record<Count, number> & { readonly evictions: Record<EvictionCause, number> };

/**
 * The counts of all definitions, by name, for metrics: several may have one name, and the counts of one that is collected
 * stay in the sum as they were last read.
 */
export class CallTotals {
  readonly #read = new Map<Reference<SharedDefinition>, { readonly name: string; readonly totals: Totals }>();
  readonly #collected = new Map<string, Totals>();

  /** Returns the counts as they are now. O(definitions). */
  byName(): Map<string, Totals> {
    for (const reference of shared.definitions) {
      const definition = reference.deref();
      if (definition === undefined) continue;
      this.#read.set(reference, { name: definition.name, totals: sum(NONE, definition.stats() as CallStats) });
    }
    const all = new Map<string, Totals>();
    const add = (to: Map<string, Totals>, name: string, totals: Totals) =>
      to.set(name, sum(to.get(name) ?? NONE, totals));
    for (const [reference, { name, totals }] of this.#read) {
      const isAlive = reference.deref() !== undefined;
      add(isAlive ? all : this.#collected, name, totals);
      if (!isAlive) this.#read.delete(reference);
    }
    for (const [name, totals] of this.#collected) add(all, name, totals);
    return all;
  }
}

const NONE: Totals = {
  hits: 0,
  misses: 0,
  staleHits: 0,
  coalesced: 0,
  bypassed: 0,
  storeHits: 0,
  unreadable: 0,
  loads: 0,
  loadErrors: 0,
  totalLoadTime: 0,
  evictions: { capacity: 0, expired: 0, deleted: 0, replaced: 0, cleared: 0 },
};

/** Adds counts up. A definition of another copy of memokit may lack some. */
function sum(one: Totals, other: Partial<Omit<CallStats, 'minus'>>): Totals {
  const result = { ...one, evictions: { ...one.evictions } };
  const { evictions } = other;
  for (const name of keysOf(NONE) as (Count | 'evictions')[])
    if (name !== 'evictions') result[name] += other[name] ?? 0;
  for (const cause of keysOf(NONE.evictions) as EvictionCause[]) result.evictions[cause] += evictions?.[cause] ?? 0;
  return result;
}
