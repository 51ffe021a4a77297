import { callAll } from './call-all.js';
import { monotonic, reader } from './clock.js';
import {
  type EvictionCause,
  type LruOptions,
  requireCapacity,
  requireClock,
  requireFunction,
  requireNames,
  requireNumber,
  requireTtl,
} from './options.js';
import { RecencyList } from './recency-list.js';

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
  #index!: Map<K, number>;
  #recency!: RecencyList;
  /** The key of each slot at `slot`, its value at `slot + 1`. Slot 0 stays empty: reading it is how a miss becomes undefined. */
  #entries!: unknown[];
  /** When each slot dies at `slot`, its weight at `slot + 1`; kept once any entry can die or be weighed. */
  #limits: number[] | undefined;
  /** Nothing dies before this time. It may be too early, since removing an entry does not look for the next. */
  #soonest!: number;
  #weight!: number;
  #loads: Map<K, Promise<V>> | undefined;

  #capacity!: number;
  readonly #ttl: number;
  readonly #now: () => number;
  readonly #weigh: LruOptions<K, V>['weigh'];
  readonly #onEvict: LruOptions<K, V>['onEvict'];

  /** What has left in the operation under way, for `onEvict`. */
  #evicted: [K, V, EvictionCause][] | undefined;
  /** Writes since the last sweep during which something may have been dead. */
  #unswept = 0;

  /** @throws OptionError that names the option which is not as `LruOptions` says. */
  constructor(options: LruOptions<K, V> = {}) {
    requireNames(options, 'capacity ttl clock weigh onEvict');
    const { capacity = 128, ttl = Infinity, clock = monotonic, weigh, onEvict } = options;
    requireTtl(ttl);
    requireClock(clock);
    requireFunction('weigh', weigh);
    requireFunction('onEvict', onEvict);
    this.#ttl = ttl;
    this.#now = reader(clock);
    this.#weigh = weigh;
    this.#onEvict = onEvict;
    this.#reset();
    this.resize(capacity);
  }

  /** How many entries, or which sum of weights, is kept. */
  get capacity(): number {
    return this.#capacity;
  }

  /** Milliseconds that an entry lives unless its `set` says otherwise. */
  get ttl(): number {
    return this.#ttl;
  }

  /** How many entries are alive. */
  get size(): number {
    this.#trim(this.#time(), true);
    return this.#index.size;
  }

  /** The value of a key, which becomes the most recent; `undefined` when there is none. */
  get(key: K): V | undefined {
    return this.#valueOf(this.#find(key));
  }

  /** The value of a key, its recency untouched; `undefined` when there is none. */
  peek(key: K): V | undefined {
    return this.#valueOf(this.#alive(key));
  }

  /** Whether a key has an entry, its recency untouched. */
  has(key: K): boolean {
    return this.#alive(key) !== 0;
  }

  /** Milliseconds until a key's entry dies, `Infinity` when it never does, `undefined` when there is none. */
  expiresIn(key: K): number | undefined {
    const slot = this.#alive(key);
    return slot === 0 ? undefined : this.#expiryOf(slot) - this.#time();
  }

  /**
   * Writes an entry and makes it the most recent, evicting what no longer fits.
   *
   * @param options.ttl Milliseconds that this entry lives instead of the cache's `ttl`; 0 or more, 0 being dead at once.
   * @throws OptionError when `ttl` or what `weigh` returned is no such number; nothing has changed then.
   */
  set(key: K, value: V, options?: { readonly ttl?: number | undefined }): this {
    const weight = this.#weigh === undefined ? 1 : this.#weigh(value, key);
    requireNumber('weigh', weight, 0);
    const ttl = options?.ttl ?? this.#ttl;
    requireNumber('ttl', ttl, 0);
    const now = this.#time(ttl);

    this.#loads?.delete(key);
    let slot = this.#index.get(key) ?? 0;
    if (slot === 0) {
      slot = this.#recency.take();
      this.#index.set(key, slot);
      // A Map stores -0 as 0, and so do we.
      this.#entries[slot] = key === 0 ? 0 : key;
    } else {
      const dead = this.#isDead(slot, now);
      if (dead || !Object.is(this.#valueOf(slot), value)) this.#left(slot, dead ? 'expired' : 'replaced');
      this.#weight -= this.#weightOf(slot);
      this.#recency.touch(slot);
    }
    this.#entries[slot + 1] = value;
    this.#limit(slot, now + ttl, weight);
    // What cannot stay takes nothing else with it.
    if (ttl === 0) this.#remove(slot, 'expired');
    else if (weight > this.#capacity) this.#remove(slot, 'capacity');
    this.#trim(now);
    return this;
  }

  /** Forgets a key, and what a `getOrLoad` in flight would store under it. Tells whether there was an entry. */
  delete(key: K): boolean {
    this.#loads?.delete(key);
    const slot = this.#find(key);
    if (slot !== 0) this.#remove(slot, 'deleted');
    this.#announce();
    return slot !== 0;
  }

  /** Forgets everything, and what each `getOrLoad` in flight would store. O(n). */
  clear(): void {
    for (const slot of this.#recency.slots()) this.#left(slot, 'cleared');
    this.#reset();
    this.#announce();
  }

  /**
   * Changes the capacity, evicting the least recent entries that no longer fit.
   *
   * @throws OptionError when it is no capacity; nothing has changed then.
   */
  resize(capacity: number): void {
    requireCapacity(capacity, this.#weigh !== undefined);
    const now = this.#time();
    this.#capacity = capacity;
    this.#trim(now);
  }

  /** The value of a key as `get` gives it or, when there is none, what `compute(key)` returns, which is stored. */
  getOrInsertComputed(key: K, compute: (key: K) => V): V {
    const slot = this.#find(key);
    if (slot !== 0) return this.#valueOf(slot) as V;
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
    const slot = this.#find(key);
    if (slot !== 0) return Promise.resolve(this.#valueOf(slot) as V);
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

  /** The keys, least recent first. What is removed while iterating is skipped; what is added is not visited. */
  *keys(): Generator<K, undefined, undefined> {
    for (const [key] of this.entries()) yield key;
  }

  /** The values, least recent first, as `keys` iterates. */
  *values(): Generator<V, undefined, undefined> {
    for (const [, value] of this.entries()) yield value;
  }

  /** The entries, least recent first, as `keys` iterates. */
  *entries(): Generator<[K, V], undefined, undefined> {
    // The walk is over the keys of now, as using an entry moves it and a slot may come to hold another.
    for (const key of this.#recency.slots().map((slot) => this.#entries[slot] as K)) {
      const slot = this.#alive(key);
      if (slot !== 0) yield [key, this.#valueOf(slot) as V];
    }
  }

  [Symbol.iterator](): Generator<[K, V], undefined, undefined> {
    return this.entries();
  }

  /** Calls back for each entry, least recent first, as `keys` iterates. */
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

  #reset(): void {
    this.#index = new Map();
    this.#recency = new RecencyList();
    this.#entries = [undefined, undefined];
    this.#limits = this.#weigh && [Infinity, 0];
    this.#soonest = Infinity;
    this.#weight = 0;
    this.#loads = undefined;
  }

  #valueOf(slot: number): V | undefined {
    return this.#entries[slot + 1] as V | undefined;
  }

  #weightOf(slot: number): number {
    return this.#limits?.[slot + 1] ?? 1;
  }

  #expiryOf(slot: number): number {
    return this.#limits?.[slot] ?? Infinity;
  }

  #limit(slot: number, expiry: number, weight: number): void {
    this.#weight += weight;
    if (expiry < this.#soonest) this.#soonest = expiry;
    if (expiry < Infinity) this.#limits ??= [];
    const limits = this.#limits;
    if (limits === undefined) return;
    // Filled up to the slot, since an array with holes is slower for good.
    while (limits.length < slot) limits.push(Infinity, 1);
    limits[slot] = expiry;
    limits[slot + 1] = weight;
  }

  /** The live slot of a key, or 0. */
  #alive(key: K): number {
    const slot = this.#index.get(key) ?? 0;
    return this.#isDead(slot) ? 0 : slot;
  }

  /** The live slot of a key, made the most recent, or 0. A dead one is removed. */
  #find(key: K): number {
    const slot = this.#index.get(key) ?? 0;
    if (slot === 0) return 0;
    if (this.#isDead(slot)) {
      this.#remove(slot, 'expired');
      this.#announce();
      return 0;
    }
    this.#recency.touch(slot);
    return slot;
  }

  /** The clock is read only for a slot that can die. */
  #isDead(slot: number, now?: number): boolean {
    const expiry = this.#expiryOf(slot);
    return expiry < Infinity && (now ?? this.#now()) >= expiry;
  }

  /** The time, if there is something that can die, or will be. */
  #time(ttl = Infinity): number {
    return Math.min(ttl, this.#soonest) < Infinity ? this.#now() : 0;
  }

  /**
   * Evicts until what is left fits, the dead before the living, and ends the operation. The dead are looked for in
   * all slots, but seldom enough to cost a write a constant: at most 64 slots when room is needed, one otherwise.
   */
  #trim(now: number, exactly = false): void {
    const perWrite = this.#weight > this.#capacity ? 64 : 1;
    if (now >= this.#soonest && (exactly || ++this.#unswept * perWrite >= this.#index.size)) {
      this.#soonest = Infinity;
      this.#unswept = 0;
      for (const slot of this.#recency.slots()) {
        if (this.#isDead(slot, now)) this.#remove(slot, 'expired');
        else this.#soonest = Math.min(this.#soonest, this.#expiryOf(slot));
      }
    }
    while (this.#weight > this.#capacity) {
      const slot = this.#recency.oldest;
      this.#remove(slot, this.#isDead(slot, now) ? 'expired' : 'capacity');
    }
    this.#announce();
  }

  #remove(slot: number, cause: EvictionCause): void {
    this.#left(slot, cause);
    this.#index.delete(this.#entries[slot] as K);
    this.#recency.release(slot);
    this.#entries[slot] = this.#entries[slot + 1] = undefined;
    // An empty cache weighs nothing, however sums of fractions were rounded.
    this.#weight = this.#index.size && this.#weight - this.#weightOf(slot);
  }

  #left(slot: number, cause: EvictionCause): void {
    if (this.#onEvict === undefined) return;
    this.#evicted ??= [];
    this.#evicted.push([this.#entries[slot] as K, this.#valueOf(slot) as V, cause]);
  }

  /** Runs last in every operation: a listener may throw, or use the cache, over a finished structure. */
  #announce(): void {
    const evicted = this.#evicted;
    if (evicted === undefined) return;
    this.#evicted = undefined;
    callAll(evicted.map((eviction) => () => this.#onEvict!(...eviction)));
  }
}
