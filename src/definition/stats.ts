import type { EvictionCause } from '../lru/options.js';
import { entriesOf, fromEntries, hasOwn, max, setPrototypeOf } from '../platform.js';

/** The counters of one function's calls and loads, as plain numbers. */
export class Counters {
  hits = 0;
  misses = 0;
  staleHits = 0;
  coalesced = 0;
  /** Loads that no call counts as its miss, such as loads in the background. */
  refreshes = 0;
  /** Loads that have not finished. */
  pending = 0;
  loadErrors = 0;
  /** Calls for which the method ran beside the cache. */
  bypassed = 0;
  /** Hits that the store answered. */
  storeHits = 0;
  /** Stored bytes that could not be read. */
  unreadable = 0;
  /** The duration of all finished loads, in microseconds. */
  loadTime = 0;
  readonly evictions: Record<EvictionCause, number> = { capacity: 0, expired: 0, deleted: 0, replaced: 0, cleared: 0 };
}

/** The counters that a cache makes only when it first needs one. */
export type Counter = Exclude<keyof Counters, 'hits' | 'misses' | 'loadTime' | 'evictions'>;

/**
 * A snapshot of the counts of calls and loads. `hits + misses` is the number of calls that asked for a value, except
 * calls whose signal was already aborted, calls that were refused with a `RecursionError`, and calls beside the cache.
 */
export interface CallStats {
  /** Calls that were answered without calling the method. */
  readonly hits: number;
  /** Calls for which the method was called, directly or in a batch. */
  readonly misses: number;
  /** Calls that were answered with a value past its `ttl`, which `staleWhileRevalidate` or `staleIfError` allows. */
  readonly staleHits: number;
  /** Hits that joined a load in flight. */
  readonly coalesced: number;
  /** Calls for which the method ran beside the cache. They are neither hits nor misses, and no loads. */
  readonly bypassed: number;
  /** Hits that the option `store` answered, as no entry in memory did. */
  readonly storeHits: number;
  /** Results in the store that could not be read, so that the method was called: damaged, of another codec, or refused by `check`. */
  readonly unreadable: number;
  /** Loads that have produced a result, including loads in the background. */
  readonly loads: number;
  /** Loads that have failed. */
  readonly loadErrors: number;
  /**
   * Milliseconds that all finished loads took, by the clock of the cache. An async load lasts until its promise
   * settles. Loads of a synchronous method that take less than 10 µs are sampled: as few as one load in 64 is timed,
   * and each other load counts as long as the next timed one, but at most as 10 µs. Times are exact for async methods,
   * for methods whose every load takes longer, and with a `clock`, `when`, `tags`, `freeze`, a `ttl` function or any
   * listener but `hit`. The first load of each cache is always timed.
   */
  readonly totalLoadTime: number;
  /**
   * The average duration of a finished load in milliseconds, sampled as `totalLoadTime` is. 0 before the first load
   * finishes.
   */
  readonly meanLoadTime: number;
  /** The number of evicted entries, by cause. */
  readonly evictions: Readonly<Record<EvictionCause, number>>;
  /**
   * Returns the differences of all counts since an earlier snapshot; no difference is below 0. `size` and `capacity`
   * are not counts and stay as they are.
   * @example cacheOf(service, 'get').stats().minus(before).hits
   */
  minus(previous: CallStats): this;
}

/** The `CallStats` of one cache, with its size and capacity. */
export interface CacheStats extends CallStats {
  /** The number of entries. */
  readonly size: number;
  /** The number of entries that the cache holds at most. */
  readonly capacity: number;
}

/** Makes a snapshot of counters; given the size and capacity of a cache, a snapshot of that cache. */
export function snapshot(counters: Counters): CallStats;
export function snapshot(counters: Counters, fill: { size: number; capacity: number }): CacheStats;
export function snapshot(counters: Counters, fill?: object): CallStats {
  const { refreshes, pending, loadTime, loadErrors, evictions, ...counted } = counters;
  const loads = counted.misses + refreshes - pending - loadErrors;
  const figures = { ...counted, loads, loadErrors, totalLoadTime: loadTime / 1000, evictions: { ...evictions } };
  return statsOf({ ...figures, ...fill }) as unknown as CallStats;
}

interface Figures {
  readonly loads: number;
  readonly loadErrors: number;
  readonly totalLoadTime: number;
  readonly evictions: Readonly<Record<EvictionCause, number>>;
}

class Stats implements Figures {
  declare readonly loads: number;
  declare readonly loadErrors: number;
  declare readonly totalLoadTime: number;
  declare readonly meanLoadTime: number;
  declare readonly evictions: Figures['evictions'];

  minus(previous: Figures): Stats {
    const { size, capacity, ...counted } = this as Figures & { size?: number; capacity?: number };
    const fill = hasOwn(this, 'size') ? { size, capacity } : {};
    const evictions = differences(this.evictions, previous.evictions);
    return statsOf({ ...differences(counted, previous), evictions, ...fill } as unknown as Figures);
  }
}

/** The figures become own properties by definition: an assignment would call a setter of `Object.prototype`. */
function statsOf(figures: Figures): Stats {
  const { totalLoadTime, loads, loadErrors } = figures;
  return setPrototypeOf({ ...figures, meanLoadTime: totalLoadTime / (loads + loadErrors || 1) }, Stats.prototype);
}

function differences(now: object, before: object): Record<string, number> {
  const entries = entriesOf(now).map(([name, figure]) => [name, max(0, figure - (before as never)[name])]);
  return fromEntries(entries);
}
