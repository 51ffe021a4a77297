import type { EvictionCause } from '../lru/options.js';

/** Counters: what has happened to the calls of one function, as plain integers. */
export class Counters {
  hits = 0;
  misses = 0;
  coalesced = 0;
  loadErrors = 0;
  /** Runs whose promise has not settled. */
  pending = 0;
  readonly evictions: Record<EvictionCause, number> = { capacity: 0, expired: 0, deleted: 0, replaced: 0, cleared: 0 };
}

/** A snapshot of what has happened to calls. `hits + misses` are all the calls that asked for a value. */
export interface CallStats {
  /** Calls answered without running the method. */
  readonly hits: number;
  /** Calls that ran it. */
  readonly misses: number;
  /** Those hits that joined a run in flight. */
  readonly coalesced: number;
  /** Runs that have given a result. */
  readonly loads: number;
  /** Runs that have failed. */
  readonly loadErrors: number;
  /** Entries that have left, by cause. */
  readonly evictions: Readonly<Record<EvictionCause, number>>;
}

/** `CallStats` of one cache, and how full it is. */
export interface CacheStats extends CallStats {
  readonly size: number;
  readonly capacity: number;
}

export function snapshot({ hits, misses, coalesced, loadErrors, pending, evictions }: Counters): CallStats {
  return { hits, misses, coalesced, loads: misses - loadErrors - pending, loadErrors, evictions: { ...evictions } };
}
