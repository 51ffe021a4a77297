import type { EvictionCause } from '../lru/options.js';

/** Counters: what has happened to the calls of one function, as plain numbers. */
export class Counters {
  hits = 0;
  misses = 0;
  staleHits = 0;
  coalesced = 0;
  /** Runs that no caller has asked for. */
  refreshes = 0;
  /** Runs that have not ended. */
  pending = 0;
  loadErrors = 0;
  /** Of runs that have ended, in microseconds. */
  loadTime = 0;
  readonly evictions: Record<EvictionCause, number> = { capacity: 0, expired: 0, deleted: 0, replaced: 0, cleared: 0 };
}

/** A snapshot of what has happened to calls. `hits + misses` are all that asked for a value, but with an aborted signal or to be refused. */
export interface CallStats {
  /** Calls answered without running the method. */
  readonly hits: number;
  /** Calls that ran it. */
  readonly misses: number;
  /** Calls answered with a value past its ttl, as `staleWhileRevalidate` and `staleIfError` allow. */
  readonly staleHits: number;
  /** Those hits that joined a run in flight. */
  readonly coalesced: number;
  /** Runs that have given a result, those in the background included. */
  readonly loads: number;
  /** Runs that have failed. */
  readonly loadErrors: number;
  /** Milliseconds that finished runs have taken, by the clock of the cache. Of an async run, until its promise settled. */
  readonly totalLoadTime: number;
  /** `totalLoadTime` of one run, on average; 0 before the first. */
  readonly meanLoadTime: number;
  /** Entries that have left, by cause. */
  readonly evictions: Readonly<Record<EvictionCause, number>>;
  /**
   * What has happened since an earlier snapshot: the differences of all counts, none below 0. What is no count, as
   * `size`, stays.
   * @example cacheOf(service, 'get').stats().minus(before).hits
   */
  minus(previous: CallStats): this;
}

/** `CallStats` of one cache, and how full it is. */
export interface CacheStats extends CallStats {
  readonly size: number;
  readonly capacity: number;
}

/** Counted figures as a snapshot; with how full the cache is, of one. */
export function snapshot(counters: Counters): CallStats;
export function snapshot(counters: Counters, fill: { size: number; capacity: number }): CacheStats;
export function snapshot(counters: Counters, fill?: object): CallStats {
  const { hits, misses, staleHits, coalesced, refreshes, pending, loadErrors, loadTime, evictions } = counters;
  const loads = misses + refreshes - pending - loadErrors;
  const counted = { hits, misses, staleHits, coalesced, loads, loadErrors, totalLoadTime: loadTime / 1000 };
  return new Stats({ ...counted, evictions: { ...evictions }, ...fill }) as unknown as CallStats;
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

  constructor(figures: Figures) {
    const { totalLoadTime, loads, loadErrors } = figures;
    Object.assign(this, figures, { meanLoadTime: totalLoadTime / (loads + loadErrors || 1) });
  }

  minus(previous: Figures): Stats {
    const { size, capacity, ...counted } = this as Figures & { size?: number; capacity?: number };
    const fill = size === undefined ? {} : { size, capacity };
    const evictions = differences(this.evictions, previous.evictions);
    return new Stats({ ...differences(counted, previous), evictions, ...fill } as unknown as Figures);
  }
}

function differences(now: object, before: object): Record<string, number> {
  const entries = Object.entries(now).map(([name, figure]) => [name, Math.max(0, figure - (before as never)[name])]);
  return Object.fromEntries(entries);
}
