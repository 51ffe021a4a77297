import type { Entries } from './entries.js';

/** A closed cache: its definition is suspended, so its entries answer no call, although they are kept. */
interface ClosedCache {
  readonly definition: { readonly isSuspended: boolean; readonly source: { poll(): void } | undefined };
  readonly entries: Entries;
  clearIfOutdated(): boolean;
}

/** The part of entries that a call reads. */
export type Finder = Pick<Entries, 'findNone' | 'findLone' | 'findShort' | 'findList'>;

const find = () => undefined;

/** What a call reads in a closed cache: nothing. */
const NO_ENTRIES: Finder = { findNone: find, findLone: find, findShort: find, findList: find };

/**
 * The entries that a call reads: none in a closed cache. Empties the cache if the definition was cleared since, and ends
 * what other processes have ended in the store behind it.
 */
export function openEntries(cache: ClosedCache): Finder {
  cache.definition.source?.poll();
  cache.clearIfOutdated();
  return cache.definition.isSuspended ? NO_ENTRIES : cache.entries;
}
