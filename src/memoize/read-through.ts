import type { Key } from '../key/key.js';
import { BoundedMap } from '../lru/bounded-map.js';
import { callAll, throwAfter } from '../lru/call-all.js';
import { type Load, Loads } from '../lru/loads.js';
import type { EvictionCause } from '../lru/options.js';
import { type CacheStats, Counters, snapshot } from './counters.js';
import type { Definition } from './definition.js';
import { isPromise, nativePromise, refuseOneShot } from './result.js';

/**
 * A read-through cache: the entries of one definition for one receiver. A hit returns; a miss runs
 * the method, once per key at a time, and stores what it returned unless the key was fenced meanwhile.
 */
export class ReadThrough extends BoundedMap<Key, unknown> {
  readonly #definition: Definition;
  readonly #counters = new Counters();
  readonly #loads = new Loads<Key>();
  #epoch: number;

  constructor(definition: Definition) {
    const { capacity, clock, on } = definition.options;
    const { evict } = on;
    super({ capacity, clock, onEvict: evict && ((key, value, cause) => evict({ key, value, cause })) });
    this.#definition = definition;
    this.#epoch = definition.epoch;
  }

  /** The cache as it is now, emptied first when the definition was cleared since. To be gone through before each use. */
  get current(): this {
    if (this.#renew()) this.announce();
    return this;
  }

  #renew(): boolean {
    if (this.#epoch === this.#definition.epoch) return false;
    this.#epoch = this.#definition.epoch;
    this.#loads.fenceAll();
    this.empty();
    return true;
  }

  /** A call: its result, from an entry, from a load in flight or from the method. */
  call(receiver: unknown, args: readonly unknown[]): unknown {
    const key = this.#definition.keyOf(receiver, args);
    this.#renew();
    const slot = this.find(key);
    if (slot !== 0) return this.#hit(key, args, this.valueAt(slot));
    const loads = this.#loads;
    const promise = loads.join(key, this.#definition);
    if (promise !== undefined) return this.#joined(key, args, promise);

    // All that stays on the stack while the method runs, which may call itself deeply.
    const { depth } = loads;
    let load: Load<Key> | undefined;
    let value: unknown;
    loads.depth = depth + 1;
    try {
      load = loads.begin(key);
      value = this.#definition.method.apply(receiver, args as unknown[]);
    } catch (error) {
      return this.#failed(load, error);
    } finally {
      // No call, as there may be no room for one on the stack.
      loads.depth = depth;
    }
    return this.#loaded(load, args, value);
  }

  /** Stores a value as if a call had loaded it. A promise is stored once it is fulfilled, and given to callers until then. */
  put(key: Key, args: readonly unknown[], value: unknown): void {
    const definition = this.#definition;
    if (isPromise(value)) {
      this.drop(key, 'replaced');
      this.#await(this.#loads.begin(key), args, value, false).then(
        () => this.announce(),
        // It reaches whoever calls meanwhile; otherwise it is the business of whoever made the promise.
        () => {},
      );
      this.announce();
    } else {
      refuseOneShot(value, definition);
      this.write(key, definition.promises ? Promise.resolve(value) : value, this.#ttlOf(value, args));
      this.#loads.fence(key);
      this.announce();
    }
  }

  /** Forgets a key, and fences its load. Tells whether there was either. */
  override delete(key: Key): boolean {
    const wasLoading = this.#loads.fence(key);
    return super.delete(key) || wasLoading;
  }

  /** As those of a bounded map; what is cleared while iterating is skipped, by whomever it is cleared. */
  override *entries(): Generator<[Key, unknown], undefined, undefined> {
    this.#renew();
    for (const entry of super.entries()) {
      yield entry;
      this.#renew();
    }
  }

  /** Forgets everything, and fences every load. */
  override clear(): void {
    this.#loads.fenceAll();
    super.clear();
  }

  isLoading(key: Key): boolean {
    return this.#loads.has(key);
  }

  stats(): CacheStats {
    const { size, capacity } = this;
    return { ...snapshot(this.#counters), size, capacity };
  }

  protected override left(key: Key, value: unknown, cause: EvictionCause): void {
    this.#counters.evictions[cause]++;
    this.#definition.totals.evictions[cause]++;
    super.left(key, value, cause);
  }

  #hit(key: Key, args: readonly unknown[], value: unknown): unknown {
    const definition = this.#definition;
    this.#counters.hits++;
    definition.totals.hits++;
    definition.options.on.hit?.({ key, args: args as unknown[], value });
    return value;
  }

  #joined(key: Key, args: readonly unknown[], promise: Promise<unknown>): unknown {
    this.#count('coalesced');
    callAll([() => this.#hit(key, args, promise), ...this.announcements()]);
    return promise;
  }

  #failed(load: Load<Key> | undefined, error: unknown): never {
    if (load !== undefined) this.#loads.end(load);
    this.#count('misses');
    this.#count('loadErrors');
    throwAfter(() => this.announce(), error);
  }

  #loaded(load: Load<Key>, args: readonly unknown[], value: unknown): unknown {
    const { on } = this.#definition.options;
    let given = value;
    this.#count('misses');
    try {
      if (isPromise(value)) {
        this.#definition.promises = true;
        const promise = this.#await(load, args, value, true);
        // What an evict listener throws is for this caller, and must not spoil the promise that others are given.
        if (on.evict === undefined) given = promise;
        else
          given = promise.then((result) => {
            this.announce();
            return result;
          });
      } else {
        this.#count('loads');
        this.#settle(load, args, value, value);
      }
    } catch (error) {
      this.#loads.end(load);
      throwAfter(() => this.announce(), error);
    }
    try {
      const miss = () => on.miss?.({ key: load.key, args: args as unknown[], value: given });
      callAll([miss, ...this.announcements()]);
    } catch (error) {
      // The caller is given this error, and so will not hear of the load's.
      if (given instanceof Promise) given.catch(() => {});
      throw error;
    }
    return given;
  }

  /** What the callers of a load wait for: its result, after that has been stored. */
  #await(load: Load<Key>, args: readonly unknown[], source: PromiseLike<unknown>, called: boolean): Promise<unknown> {
    const promise = nativePromise(source).then(
      (result) => {
        if (called) this.#count('loads');
        this.#settle(load, args, result, promise, called);
        return result;
      },
      (error) => {
        if (called) this.#count('loadErrors');
        this.#loads.end(load);
        throw error;
      },
    );
    load.promise = promise;
    return promise;
  }

  /** Ends a load that has a result, and stores `value` for it if that is wanted and the load was not fenced. */
  #settle(load: Load<Key>, args: readonly unknown[], result: unknown, value: unknown, called = true): void {
    const when = called ? this.#definition.options.when : undefined;
    const loads = this.#loads;
    const { depth } = loads;
    let ends = false;
    // Still running, as far as the callbacks can tell: one that asks for this result asks for itself.
    loads.depth = load.depth;
    try {
      refuseOneShot(result, this.#definition);
      const wanted = when === undefined || when(result, ...args);
      const ttl = wanted ? this.#ttlOf(result, args) : 0;
      this.#renew();
      ends = true;
      if (loads.end(load) && wanted) this.write(load.key, value, ttl);
    } finally {
      loads.depth = depth;
      if (!ends) loads.end(load);
    }
  }

  #ttlOf(result: unknown, args: readonly unknown[]): number {
    const { ttl } = this.#definition.options;
    return typeof ttl === 'function' ? ttl(result, ...args) : ttl;
  }

  #count(counter: 'misses' | 'coalesced' | 'loads' | 'loadErrors'): void {
    this.#counters[counter]++;
    this.#definition.totals[counter]++;
  }
}
