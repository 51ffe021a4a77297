import type { Entries } from './entries.js';

/** A closed cache: its definition is suspended, so its entries answer no call, although they are kept. */
interface ClosedCache {
  readonly definition: { readonly isSuspended: boolean };
  clearIfOutdated(): boolean;
}

/** The part of entries that a call reads. */
export type Finder = Pick<Entries, 'findNone' | 'findLone' | 'findShort' | 'findList'>;

const find = () => undefined;

/** What a call reads in a closed cache: nothing. */
export const NO_ENTRIES: Finder = { findNone: find, findLone: find, findShort: find, findList: find };

/** Whether a cache is closed. Empties it if the definition was cleared since. */
export function isClosed(cache: ClosedCache): boolean {
  cache.clearIfOutdated();
  return cache.definition.isSuspended;
}
