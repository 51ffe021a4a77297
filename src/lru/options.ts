import { holderOf, numberIsInteger } from '../platform.js';
import type { Clock } from '../time/clock.js';
import { requireNumber, requireOption } from '../validate.js';

/** Why an entry left a cache. */
export type EvictionCause = 'capacity' | 'expired' | 'deleted' | 'replaced' | 'cleared';

/**
 * Called while an entry is being removed. The map is not consistent yet, so the listener must not throw and must not use
 * the map.
 */
export type EvictionListener<K, V> = (key: K, value: V, cause: EvictionCause) => void;

/** Options of an `LruCache`. */
export interface LruOptions<K, V> {
  /**
   * How many entries are kept, from 1 to 16,777,216, or `Infinity` for no bound. With `weigh`, any
   * positive number: the sum of the weights that are kept.
   * @default 128
   * @example new LruCache({ capacity: 1000 })
   */
  readonly capacity?: number | undefined;
  /**
   * Milliseconds that an entry lives after it was written; a read does not prolong it. More than 0;
   * `Infinity` keeps entries until they are evicted otherwise.
   * @default Infinity
   * @example new LruCache({ ttl: 60_000 })
   */
  readonly ttl?: number | undefined;
  /**
   * Where the time comes from, for tests and for clocks of one's own. Read only when an entry has a ttl.
   * @default performance.now, looked up at each reading, of which one may serve up to 64 calls within a millisecond or job
   * @example new LruCache({ ttl: 1000, clock: () => now })
   */
  readonly clock?: Clock | undefined;
  /**
   * What an entry weighs: a finite number, 0 or more, asked for once per write. `capacity` is then a
   * sum of weights, and an entry heavier than all of it is evicted at once.
   * @default every entry weighs 1
   * @example new LruCache<string, Buffer>({ capacity: 1e6, weigh: (value) => value.byteLength })
   */
  readonly weigh?: ((value: V, key: K) => number) | undefined;
  /**
   * Called once for each entry that leaves, after the cache has finished the operation; not when the value that it has, as
   * `Object.is` compares, is written again. What it throws reaches whoever called the cache (several in one
   * `AggregateError`), with nothing undone.
   * @default none
   * @example new LruCache({ onEvict: (key, value, cause) => console.log(cause, key) })
   */
  readonly onEvict?: ((key: K, value: V, cause: EvictionCause) => void) | undefined;
}

/** A V8 Map holds no more than 2^24 entries; a sum of weights has no such bound. */
export function requireCapacity(value: number, weighted: boolean): void {
  const whole = value === Infinity || (numberIsInteger(value) && value > 0 && value <= 2 ** 24);
  if (weighted) requireNumber('capacity', value, Number.MIN_VALUE);
  else requireOption(whole, 'capacity', 'a whole number from 1 to 2^24, or Infinity, or weigh beside it', value);
}

export function requireTtl(value: number): void {
  requireNumber('ttl', value, Number.MIN_VALUE);
}

export function requireClock(value: Clock): void {
  const hasNow = holderOf(value, 'now') !== undefined && typeof (value as { now?: unknown }).now === 'function';
  const reads = typeof value === 'function' || hasNow;
  requireOption(reads, 'clock', 'a function, or an object with now()', value);
}
