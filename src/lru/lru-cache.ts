import { BoundedMap } from './bounded-map.js';
import {
  type LruOptions,
  requireCapacity,
  requireClock,
  requireFunction,
  requireNames,
  requireTtl,
} from './options.js';

/**
 * An LRU cache: a Map that holds at most `capacity` entries and forgets the least recently used
 * first. `get` and `set` make an entry the most recent; `has`, `peek` and iteration do not. Iteration
 * runs from the least to the most recent, so refilling a cache from its own entries keeps the order.
 *
 * An entry with a ttl is dead once `now - written >= ttl`. A dead entry is never returned, counted or
 * iterated; it leaves, and `onEvict` hears of it, when an operation comes across it. No timer runs.
 *
 * `get`, `set`, `has`, `peek` and `delete` take O(1), amortized over growth and over expiry. `size` takes
 * O(1) unless something has expired since it was last asked for.
 */
export class LruCache<K, V> extends BoundedMap<K, V> {
  #loads: Map<K, Promise<V>> | undefined;

  /** @throws OptionError that names the option which is not as `LruOptions` says. */
  constructor(options: LruOptions<K, V> = {}) {
    requireNames(options, 'capacity ttl clock weigh onEvict');
    const { capacity, ttl, clock, weigh, onEvict } = options;
    requireFunction('weigh', weigh);
    requireFunction('onEvict', onEvict);
    if (capacity !== undefined) requireCapacity(capacity, weigh !== undefined);
    if (ttl !== undefined) requireTtl(ttl);
    if (clock !== undefined) requireClock(clock);
    super(options);
  }

  /** As `set` of a bounded map; a `getOrLoad` of the key in flight is stored nowhere. */
  override set(key: K, value: V, options?: { readonly ttl?: number | undefined }): this {
    this.#loads?.delete(key);
    return super.set(key, value, options);
  }

  /** Forgets a key, and what a `getOrLoad` in flight would store under it. Tells whether there was an entry. */
  override delete(key: K): boolean {
    this.#loads?.delete(key);
    return super.delete(key);
  }

  /** Forgets everything, and what each `getOrLoad` in flight would store. O(n). */
  override clear(): void {
    this.#loads = undefined;
    super.clear();
  }

  /** The value of a key as `get` gives it or, when there is none, what `compute(key)` returns, which is stored. */
  getOrInsertComputed(key: K, compute: (key: K) => V): V {
    const found = this.get(key);
    if (found !== undefined || this.has(key)) return found as V;
    const value = compute(key);
    this.set(key, value);
    return value;
  }

  /**
   * The value of a key as `get` gives it or, when there is none, what `load(key)` resolves to. A key
   * has one load at a time, whose value or error everyone gets who asks meanwhile. An error is not
   * stored. Nor is a value whose key was set, deleted or cleared while it was being loaded.
   */
  getOrLoad(key: K, load: (key: K) => V | PromiseLike<V>): Promise<V> {
    const found = this.get(key);
    if (found !== undefined || this.has(key)) return Promise.resolve(found as V);
    let loading = this.#loads?.get(key);
    if (loading === undefined) {
      const isCurrent = () => this.#loads?.get(key) === loading && this.#loads?.delete(key);
      loading = new Promise<V>((resolve) => resolve(load(key))).then(
        (value) => {
          if (isCurrent()) this.set(key, value);
          return value;
        },
        (error) => {
          isCurrent();
          throw error;
        },
      );
      this.#loads ??= new Map();
      this.#loads.set(key, loading);
    }
    return loading;
  }

  /** The keys, least recent first, as `entries` iterates. */
  *keys(): Generator<K, undefined, undefined> {
    for (const [key] of this.entries()) yield key;
  }

  /** The values, least recent first, as `entries` iterates. */
  *values(): Generator<V, undefined, undefined> {
    for (const [, value] of this.entries()) yield value;
  }

  [Symbol.iterator](): Generator<[K, V], undefined, undefined> {
    return this.entries();
  }

  /** Calls back for each entry, least recent first, as `entries` iterates. */
  forEach(callback: (value: V, key: K, cache: this) => void, thisArg?: unknown): void {
    for (const [key, value] of this.entries()) callback.call(thisArg, value, key, this);
  }

  get [Symbol.toStringTag](): string {
    return 'LruCache';
  }

  /** How Node's `util.inspect`, and so `console.log`, shows the cache. */
  [Symbol.for('nodejs.util.inspect.custom')](
    _depth: number,
    options: unknown,
    inspect: (value: unknown, options: unknown) => string,
  ): string {
    return inspect(new Map(this), options).replace('Map', 'LruCache');
  }
}
