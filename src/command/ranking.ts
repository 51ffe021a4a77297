import { entriesOf, keysOf, valuesOf } from '../platform.js';
import type { CacheRow } from '../top/protocol.js';

/** A ranking: what `memokit top` sorts by, and which rows it shows. */
export interface Ranking {
  readonly sort: SortKey;
  /** Whether the usual order of the key is turned round. */
  readonly isReversed: boolean;
  /** What the names of the rows contain, in whichever case. */
  readonly filter: string;
}

/** What rows can be sorted by, each with the key of the keyboard for it. */
export const SORT_KEYS = {
  name: 'n',
  receivers: 'r',
  entries: 'e',
  ratio: 'h',
  loads: 'l',
  errors: 'x',
  time: 'm',
  evictions: 'v',
} as const;

export type SortKey = keyof typeof SORT_KEYS;

/** Returns what a key of the keyboard sorts by. */
export function sortKeyOf(key: string): SortKey | undefined {
  return entriesOf(SORT_KEYS).find(([, letter]) => letter === key)?.[0] as SortKey | undefined;
}

/** Returns the rows that the filter lets through, in order: names from A to Z, figures from the largest. */
export function ranked(rows: readonly CacheRow[], { sort, isReversed, filter }: Ranking): CacheRow[] {
  const wanted = filter.toLowerCase();
  const found = rows.filter(({ name }) => name.toLowerCase().includes(wanted));
  const byName = (a: CacheRow, b: CacheRow) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
  const figure = FIGURES[sort];
  const compare = (a: CacheRow, b: CacheRow) => (figure && figure(b) - figure(a)) || byName(a, b);
  found.sort(compare);
  return isReversed ? found.reverse() : found;
}

/** The figure of each column. One that is not known is below all others. */
const FIGURES: { readonly [key in SortKey]?: (row: CacheRow) => number } = {
  receivers: ({ receivers }) => receivers ?? -1,
  entries: ({ entries }) => entries ?? -1,
  ratio: (row) => ratioOf(row) ?? -1,
  loads: ({ stats }) => stats.loads,
  errors: ({ stats }) => stats.loadErrors,
  time: ({ stats }) => stats.meanLoadTime,
  evictions: evictionsOf,
};

/** Returns the share of calls that were hits; `undefined` before the first call. */
export function ratioOf({ stats: { hits, misses } }: CacheRow): number | undefined {
  return hits + misses === 0 ? undefined : hits / (hits + misses);
}

export function evictionsOf({ stats: { evictions } }: CacheRow): number {
  return valuesOf(evictions).reduce((sum, count) => sum + count, 0);
}

/** Checks a sort key that was given. */
export function isSortKey(given: string): given is SortKey {
  return keysOf(SORT_KEYS).includes(given);
}
