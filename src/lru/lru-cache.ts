import { callAll, throwAfter } from '../call-all.js';
import { hasOwn, rejected, resolved } from '../platform.js';
import { monotonic, reader, refresh } from '../time/clock.js';
import { ownOptions, requireCallback, requireFunction } from '../validate.js';
import { BoundedMap } from './bounded-map.js';
import { type InspectOptions, inspectedEntries } from './inspected-map.js';
import { type EvictionCause, type LruOptions, requireCapacity, requireClock, requireTtl } from './options.js';
import { SingleFlight } from './single-flight.js';
import { SlotIndex } from './slot-index.js';
import { asInMap } from './slots.js';
import { walk } from './walk.js';

/**
 * An LRU cache: a Map that holds at most `capacity` entries and forgets the least recently used first. `get` and `set` make
 * an entry the most recent; `has`, `peek` and iteration do not. Iteration runs from the least to the most recent, so
 * refilling a cache from its own entries keeps the order.
 *
 * An entry with a ttl is dead once `now - written >= ttl`. A dead entry is never returned, counted or
 * iterated; it leaves, and `onEvict` hears of it, when an operation comes across it. No timer runs.
 *
 * `get`, `set`, `has`, `peek` and `delete` take O(1), amortized over growth and over expiry. `size` takes
 * O(1) unless something has expired since it was last asked for. `assert.deepStrictEqual` takes any two caches for equal,
 * and `structuredClone` makes `{}` of one, because the entries are private: compare and clone `[...cache]`.
 */
export class LruCache<K, V> {
  readonly #map: BoundedMap<K, V>;
  readonly #ttl: number;
  readonly #weigh: LruOptions<K, V>['weigh'];
  readonly #onEvict: LruOptions<K, V>['onEvict'];
  /** What has left and `onEvict` has not heard of. */
  #evicted: [K, V, EvictionCause][] | undefined;
  #loads: SingleFlight<K> | undefined;

  /** @throws OptionError that names the option which is not as `LruOptions` says. */
  constructor(options: LruOptions<K, V> = {}) {
    const names = 'capacity ttl clock weigh onEvict';
    const { capacity, ttl = Infinity, clock = monotonic, weigh, onEvict } = ownOptions(options, names);
    requireFunction('weigh', weigh);
    requireFunction('onEvict', onEvict);
    if (capacity !== undefined) requireCapacity(capacity, weigh !== undefined);
    requireTtl(ttl);
    requireClock(clock);
    const onEvicted = (key: K, value: V, cause: EvictionCause) => {
      this.#evicted ??= [];
      this.#evicted.push([key, value, cause]);
    };
    this.#map = new BoundedMap<K, V>(() => new SlotIndex(), onEvict && onEvicted, capacity, reader(clock), !!weigh);
    this.#ttl = ttl;
    this.#weigh = weigh;
    this.#onEvict = onEvict;
  }

  get capacity(): number {
    return this.#map.capacity;
  }

  /** Milliseconds that an entry lives by default. */
  get ttl(): number {
    return this.#ttl;
  }

  /** How many entries are alive. */
  get size(): number {
    const { size } = this.#map;
    this.#flushEvictions();
    return size;
  }

  /** The value of a key, which becomes the most recent; `undefined` when there is none. */
  get(key: K): V | undefined {
    const map = this.#map;
    const value = map.valueAt(map.find(key));
    if (this.#evicted !== undefined) this.#flushEvictions();
    return value;
  }

  /** The value of a key, its recency untouched; `undefined` when there is none. */
  peek(key: K): V | undefined {
    return this.#map.peek(key);
  }

  /** Whether a key has an entry, its recency untouched. */
  has(key: K): boolean {
    return this.#map.alive(key) !== 0;
  }

  /** Milliseconds until a key's entry dies, `Infinity` when it never does, `undefined` when there is none. */
  expiresIn(key: K): number | undefined {
    return this.#map.expiresIn(key);
  }

  /**
   * Writes an entry and makes it the most recent, evicting what no longer fits.
   *
   * @param options.ttl Milliseconds that this entry lives instead of the cache's `ttl`; 0 or more, 0 being dead at once.
   * @throws OptionError when `ttl` or what `weigh` returned is no such number, or `options` are something else; nothing has
   *   changed then.
   */
  set(key: K, value: V, options?: { readonly ttl?: number | undefined }): this {
    const ttl = typeof options === 'object' && options !== null && hasOwn(options, 'ttl') ? options.ttl : undefined;
    // A caller that gives options without a ttl may have meant to give one.
    if (options !== undefined && ttl === undefined) ownOptions(options, 'ttl');
    this.#write(key, value, ttl === undefined ? this.#ttl : ttl);
    if (this.#evicted !== undefined) this.#flushEvictions();
    return this;
  }

  /** Forgets a key, and what a `getOrLoad` in flight would store under it. Tells whether there was an entry. */
  delete(key: K): boolean {
    this.#loads?.fence(key);
    const deleted = this.#map.remove(key, 'deleted');
    if (this.#evicted !== undefined) this.#flushEvictions();
    return deleted;
  }

  /** Forgets everything, and what each `getOrLoad` in flight would store. O(n). */
  clear(): void {
    this.#loads?.fenceAll();
    this.#map.removeAll();
    this.#flushEvictions();
  }

  /** Changes the capacity, evicting what no longer fits. @throws OptionError when it is none; nothing has changed then. */
  resize(capacity: number): void {
    this.#map.setCapacity(capacity);
    this.#flushEvictions();
  }

  /** The value of a key as `get` gives it or, when there is none, `value`, which is stored. */
  getOrInsert(key: K, value: V): V {
    return this.getOrInsertComputed(key, () => value);
  }

  /**
   * The value of a key as `get` gives it or, when there is none, what `compute(key)` returns, which is stored.
   *
   * @throws ArgumentError when `compute` is no function.
   */
  getOrInsertComputed(key: K, compute: (key: K) => V): V {
    requireCallback('compute', compute);
    const slot = this.#map.find(key);
    if (slot !== 0) return this.#map.valueAt(slot) as V;
    let value: V;
    try {
      value = compute(asInMap(key));
      refresh();
      this.#write(key, value, this.#ttl);
    } catch (error) {
      if (this.#evicted === undefined) throw error;
      throwAfter(() => this.#flushEvictions(), error);
    }
    this.#flushEvictions();
    return value;
  }

  /**
   * The value of a key as `get` gives it or, when there is none, what `load(key)` resolves to. A key has one load at a time,
   * whose value or error everyone gets who asks meanwhile. An error is not stored, nor is a value whose key was set, deleted
   * or cleared while it was being loaded.
   *
   * @throws RecursionError when `load` asks for its own key before it has returned, ArgumentError when it is no function.
   */
  getOrLoad(key: K, load: (key: K) => V | PromiseLike<V>): Promise<V> {
    requireCallback('load', load);
    const slot = this.#map.find(key);
    if (slot !== 0) return resolved(this.#map.valueAt(slot) as V);
    this.#loads ??= new SingleFlight();
    const joined = this.#loads.join(key, GET_OR_LOAD)?.promise as Promise<V> | undefined;
    const promise = joined ?? this.#load(this.#loads, key, load);
    try {
      this.#flushEvictions();
      return promise;
    } catch (error) {
      // The caller is given this error, and so will not hear of the load's.
      promise.catch(() => {});
      return rejected(error);
    }
  }

  /** Removes the least recent entry, as `delete` does, and returns it; `undefined` when there is none. O(1). */
  shift(): [K, V] | undefined {
    let keys = this.#map.order(1);
    let value = this.#map.peek(keys[0] as K);
    // One that is dead leaves too, as expired.
    for (; keys.length > 0 && !this.delete(keys[0]!); value = this.#map.peek(keys[0] as K)) keys = this.#map.order(1);
    return keys.length === 0 ? undefined : [keys[0]!, value as V];
  }

  /**
   * The entries, least recent first. What is removed while iterating is skipped; what is added is not visited, except, in
   * a cache of 256 entries or more, what is added before the second step. The first step takes O(1), all together O(n).
   */
  entries(): Generator<[K, V], undefined, undefined> {
    return walk(this.#map);
  }

  *keys(): Generator<K, undefined, undefined> {
    for (const [key] of walk(this.#map)) yield key;
  }

  *values(): Generator<V, undefined, undefined> {
    for (const [, value] of walk(this.#map)) yield value;
  }

  [Symbol.iterator](): Generator<[K, V], undefined, undefined> {
    return walk(this.#map);
  }

  /** Calls back for each entry, least recent first, as `entries` iterates. */
  forEach(callback: (value: V, key: K, cache: this) => void, thisArg?: unknown): void {
    requireCallback('callback', callback);
    for (const [key, value] of walk(this.#map)) callback.call(thisArg, value, key, this);
  }

  get [Symbol.toStringTag](): string {
    return 'LruCache';
  }

  /** What Node's `util.inspect`, and so `console.log`, shows for the cache. */
  [Symbol.for('nodejs.util.inspect.custom')](_depth?: number, options?: InspectOptions): Map<unknown, unknown> {
    return inspectedEntries(this, this.#map, options);
  }

  #write(key: K, value: V, ttl: number): void {
    this.#map.write(key, value, ttl, this.#weigh?.(value, key));
    if (this.#loads !== undefined) this.#loads.fence(key);
  }

  #load(loads: SingleFlight<K>, key: K, load: (key: K) => V | PromiseLike<V>): Promise<V> {
    const store = (value: V) => this.#write(key, value, this.#ttl);
    const promise = loads.run({ key, promise: undefined, isDead: false }, () => load(asInMap(key)), store);
    // The caller that began the load gets what a listener throws; callers that joined do not.
    return promise.then((value) => {
      this.#flushEvictions();
      return value;
    });
  }

  /** Tells `onEvict` what has left. Runs last in every operation: it may throw, or use the cache, which is whole again. */
  #flushEvictions(): void {
    const evicted = this.#evicted;
    if (evicted === undefined) return;
    this.#evicted = undefined;
    callAll(evicted.map((eviction) => () => this.#onEvict!(...eviction)));
  }
}

const GET_OR_LOAD = { name: 'getOrLoad' };
