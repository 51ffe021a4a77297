import { callAll, throwAfter } from '../call-all.js';
import { monotonic, reader, refresh } from '../time/clock.js';
import { requireFunction, requireNames } from '../validate.js';
import { BoundedMap } from './bounded-map.js';
import { type EvictionCause, type LruOptions, requireCapacity, requireClock, requireTtl } from './options.js';
import { SingleFlight } from './single-flight.js';
import { SlotIndex } from './slot-index.js';

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
export class LruCache<K, V> {
  readonly #map: BoundedMap<K, V>;
  readonly #ttl: number;
  readonly #onEvict: LruOptions<K, V>['onEvict'];
  /** What has left and `onEvict` has not heard of. */
  #evicted: [K, V, EvictionCause][] | undefined;
  #loads: SingleFlight<K> | undefined;

  /** @throws OptionError that names the option which is not as `LruOptions` says. */
  constructor(options: LruOptions<K, V> = {}) {
    requireNames(options, 'capacity ttl clock weigh onEvict');
    const { capacity, ttl = Infinity, clock = monotonic, weigh, onEvict } = options;
    requireFunction('weigh', weigh);
    requireFunction('onEvict', onEvict);
    if (capacity !== undefined) requireCapacity(capacity, weigh !== undefined);
    requireTtl(ttl);
    requireClock(clock);
    const onEvicted = (key: K, value: V, cause: EvictionCause) => {
      this.#evicted ??= [];
      this.#evicted.push([key, value, cause]);
    };
    this.#map = new BoundedMap<K, V>(() => new SlotIndex(), onEvict && onEvicted, capacity, reader(clock), weigh);
    this.#ttl = ttl;
    this.#onEvict = onEvict;
  }

  /** How many entries, or which sum of weights, is kept. */
  get capacity(): number {
    return this.#map.capacity;
  }

  /** Milliseconds that an entry lives unless its `set` says otherwise. */
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
    // A caller that gives options without a ttl may have meant to give one.
    if (options !== undefined && options?.ttl === undefined) requireNames(options, 'ttl');
    const { ttl = this.#ttl } = options ?? {};
    this.#write(key, value, ttl);
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

  /**
   * Changes the capacity, evicting the least recent entries that no longer fit.
   *
   * @throws OptionError when it is no capacity; nothing has changed then.
   */
  resize(capacity: number): void {
    this.#map.setCapacity(capacity);
    this.#flushEvictions();
  }

  /** The value of a key as `get` gives it or, when there is none, `value`, which is stored. */
  getOrInsert(key: K, value: V): V {
    return this.getOrInsertComputed(key, () => value);
  }

  /** The value of a key as `get` gives it or, when there is none, what `compute(key)` returns, which is stored. */
  getOrInsertComputed(key: K, compute: (key: K) => V): V {
    const slot = this.#map.find(key);
    if (slot !== 0) return this.#map.valueAt(slot) as V;
    let value: V;
    try {
      value = compute(key);
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
   * The value of a key as `get` gives it or, when there is none, what `load(key)` resolves to. A key
   * has one load at a time, whose value or error everyone gets who asks meanwhile. An error is not
   * stored. Nor is a value whose key was set, deleted or cleared while it was being loaded.
   *
   * @throws RecursionError when `load` asks for its own key before it has returned.
   */
  getOrLoad(key: K, load: (key: K) => V | PromiseLike<V>): Promise<V> {
    const slot = this.#map.find(key);
    if (slot !== 0) return Promise.resolve(this.#map.valueAt(slot) as V);
    this.#loads ??= new SingleFlight(new Map());
    const joined = this.#loads.join(key, GET_OR_LOAD)?.promise as Promise<V> | undefined;
    const promise = joined ?? this.#load(this.#loads, key, load);
    try {
      this.#flushEvictions();
      return promise;
    } catch (error) {
      // The caller is given this error, and so will not hear of the load's.
      promise.catch(() => {});
      return Promise.reject(error);
    }
  }

  /**
   * The entries, least recent first. What is removed while iterating is skipped; what is added is not visited. O(n), for
   * the first of them as for all.
   */
  entries(): Generator<[K, V], undefined, undefined> {
    return this.#walk();
  }

  /** The keys, least recent first, as `entries` iterates. */
  *keys(): Generator<K, undefined, undefined> {
    for (const [key] of this.#walk()) yield key;
  }

  /** The values, least recent first, as `entries` iterates. */
  *values(): Generator<V, undefined, undefined> {
    for (const [, value] of this.#walk()) yield value;
  }

  [Symbol.iterator](): Generator<[K, V], undefined, undefined> {
    return this.#walk();
  }

  /** Calls back for each entry, least recent first, as `entries` iterates. */
  forEach(callback: (value: V, key: K, cache: this) => void, thisArg?: unknown): void {
    for (const [key, value] of this.#walk()) callback.call(thisArg, value, key, this);
  }

  get [Symbol.toStringTag](): string {
    return 'LruCache';
  }

  /** What Node's `util.inspect`, and so `console.log`, shows for the cache. */
  [Symbol.for('nodejs.util.inspect.custom')](): Map<unknown, unknown> {
    // Not a text: only what inspect goes through itself keeps its depth and its sight of cycles.
    return Object.defineProperty(new Map(this), Symbol.toStringTag, { value: 'LruCache' });
  }

  *#walk(): Generator<[K, V], undefined, undefined> {
    // Over the keys of now, as using an entry moves it.
    const map = this.#map;
    for (const key of map.order()) {
      const slot = map.alive(key);
      if (slot !== 0) yield [key, map.valueAt(slot) as V];
    }
  }

  #write(key: K, value: V, ttl: number): void {
    this.#map.write(key, value, ttl);
    if (this.#loads !== undefined) this.#loads.fence(key);
  }

  #load(loads: SingleFlight<K>, key: K, load: (key: K) => V | PromiseLike<V>): Promise<V> {
    const store = (value: V) => this.#write(key, value, this.#ttl);
    const promise = loads.run({ key, promise: undefined, isDead: false }, () => load(key), store);
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

/** What an error calls it. */
const GET_OR_LOAD = { name: 'getOrLoad' };
