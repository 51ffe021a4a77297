import { callAll } from './call-all.js';
import { monotonic, reader } from './clock.js';
import { type EvictionCause, type LruOptions, requireCapacity, requireNumber } from './options.js';
import { RecencyList } from './recency-list.js';

/**
 * A bounded map: what an `LruCache` and the entries of a memoized function have in common. It holds at
 * most `capacity` entries, each until it dies, and forgets the least recently used first.
 */
export class BoundedMap<K, V> {
  #index!: Map<K, number>;
  #recency!: RecencyList;
  /** The key of each slot at `slot`, its value at `slot + 1`. Slot 0 stays empty: reading it is how a miss becomes undefined. */
  #entries!: unknown[];
  /** When each slot dies at `slot`, its weight at `slot + 1`; kept once any entry can die or be weighed. */
  #limits: number[] | undefined;
  /** Nothing dies before this time. It may be too early, since removing an entry does not look for the next. */
  #soonest!: number;
  #weight!: number;

  #capacity: number;
  readonly #ttl: number;
  readonly #now: () => number;
  readonly #weigh: LruOptions<K, V>['weigh'];
  readonly #onEvict: LruOptions<K, V>['onEvict'];

  /** What has left and `onEvict` has not heard of. */
  #evicted: [K, V, EvictionCause][] | undefined;
  /** Writes since the last sweep during which something may have been dead. */
  #unswept = 0;
  #removals = 0;

  /** Trusts its options, which whoever makes one has checked. */
  constructor({ capacity = 128, ttl = Infinity, clock = monotonic, weigh, onEvict }: LruOptions<K, V>) {
    this.#capacity = capacity;
    this.#ttl = ttl;
    this.#now = reader(clock);
    this.#weigh = weigh;
    this.#onEvict = onEvict;
    this.#reset();
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
    this.announce();
    return this.#index.size;
  }

  /** The value of a key, which becomes the most recent; `undefined` when there is none. */
  get(key: K): V | undefined {
    const value = this.valueAt(this.find(key));
    this.announce();
    return value;
  }

  /** The value of a key, its recency untouched; `undefined` when there is none. */
  peek(key: K): V | undefined {
    return this.valueAt(this.#alive(key));
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
    this.write(key, value, options?.ttl ?? this.#ttl);
    this.announce();
    return this;
  }

  /** As `set`, but `onEvict` hears nothing until `announce`. */
  protected write(key: K, value: V, ttl: number): void {
    const weight = this.#weigh === undefined ? 1 : this.#weigh(value, key);
    requireNumber('weigh', weight, 0, Number.MAX_VALUE);
    requireNumber('ttl', ttl, 0);
    const now = this.#time(ttl);

    let slot = this.#index.get(key) ?? 0;
    if (slot === 0) {
      slot = this.#recency.take();
      this.#index.set(key, slot);
      // A Map stores -0 as 0, and so do we.
      this.#entries[slot] = key === 0 ? 0 : key;
    } else {
      const dead = this.#isDead(slot, now);
      if (dead || !Object.is(this.valueAt(slot), value)) this.#left(slot, dead ? 'expired' : 'replaced');
      this.#weight -= this.#weightOf(slot);
      this.#recency.touch(slot);
    }
    this.#entries[slot + 1] = value;
    this.#limit(slot, now + ttl, weight);
    // What cannot stay takes nothing else with it.
    if (ttl === 0) this.#remove(slot, 'expired');
    else if (weight > this.#capacity) this.#remove(slot, 'capacity');
    this.#trim(now);
  }

  /** Forgets a key. Tells whether there was an entry. */
  delete(key: K): boolean {
    const deleted = this.drop(key, 'deleted');
    this.announce();
    return deleted;
  }

  /** As `delete`, but `onEvict` hears nothing until `announce`. */
  protected drop(key: K, cause: EvictionCause): boolean {
    const slot = this.find(key);
    if (slot !== 0) this.#remove(slot, cause);
    return slot !== 0;
  }

  /** Forgets everything. O(n). */
  clear(): void {
    this.empty();
    this.announce();
  }

  /** As `clear`, but `onEvict` hears nothing until `announce`. */
  protected empty(): void {
    for (const slot of this.#recency.slots()) this.#left(slot, 'cleared');
    this.#reset();
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
    this.announce();
  }

  /** The entries, least recent first. What is removed while iterating is skipped; what is added is not visited. */
  *entries(): Generator<[K, V], undefined, undefined> {
    // The walk is over the keys of now, as using an entry moves it and a slot may come to hold another.
    for (const key of this.#recency.slots().map((slot) => this.#entries[slot] as K)) {
      const slot = this.#alive(key);
      if (slot !== 0) yield [key, this.valueAt(slot) as V];
    }
  }

  /**
   * The live slot of a key, made the most recent, or 0; `valueAt` gives its value, of 0 undefined. A dead entry is
   * removed, which `onEvict` does not hear of until `announce`.
   */
  protected find(key: K): number {
    const slot = this.#locate(key);
    if (slot < 0) this.#remove(-slot, 'expired');
    if (slot <= 0) return 0;
    this.#recency.touch(slot);
    return slot;
  }

  protected valueAt(slot: number): V | undefined {
    return this.#entries[slot + 1] as V | undefined;
  }

  /** Hears of each entry as it leaves, amid the operation: it must neither throw nor use the map. */
  protected left(key: K, value: V, cause: EvictionCause): void {
    if (this.#onEvict === undefined) return;
    this.#evicted ??= [];
    this.#evicted.push([key, value, cause]);
  }

  /** Tells `onEvict` what has left. Runs last in every operation: it may throw, or use the map, which is whole again. */
  protected announce(): void {
    if (this.#evicted !== undefined) callAll(this.announcements());
  }

  /** What `announce` would call, for who has something to tell before it. */
  protected announcements(): (() => void)[] {
    const evicted = this.#evicted ?? [];
    this.#evicted = undefined;
    return evicted.map((eviction) => () => this.#onEvict!(...eviction));
  }

  #reset(): void {
    this.#removals++;
    this.#index = new Map();
    this.#recency = new RecencyList();
    this.#entries = [undefined, undefined];
    this.#limits = this.#weigh && [Infinity, 0];
    this.#soonest = Infinity;
    this.#weight = 0;
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
    return Math.max(this.#locate(key), 0);
  }

  /** The slot of a key, negative when it is dead, or 0. */
  #locate(key: K): number {
    const removals = this.#removals;
    const slot = this.#index.get(key) ?? 0;
    const dead = this.#isDead(slot);
    // A clock is anybody's code, and may use the map.
    if (removals !== this.#removals) return this.#locate(key);
    return dead ? -slot : slot;
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
   * Evicts until what is left fits, the dead before the living as far as they are known. They are looked for in all
   * slots, but seldom enough to cost a write a constant: 128 slots when room is needed, 2 otherwise.
   */
  #trim(now: number, exactly = false): void {
    const perWrite = this.#weight > this.#capacity ? 128 : 2;
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
  }

  #remove(slot: number, cause: EvictionCause): void {
    this.#removals++;
    this.#left(slot, cause);
    this.#index.delete(this.#entries[slot] as K);
    this.#recency.release(slot);
    this.#entries[slot] = this.#entries[slot + 1] = undefined;
    // An empty cache weighs nothing, however sums of fractions were rounded.
    this.#weight = this.#index.size && this.#weight - this.#weightOf(slot);
  }

  #left(slot: number, cause: EvictionCause): void {
    this.left(this.#entries[slot] as K, this.valueAt(slot) as V, cause);
  }
}
