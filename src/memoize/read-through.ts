import type { TokenList } from '../key/flatten.js';
import { callAll, throwAfter } from '../lru/call-all.js';
import { refresh } from '../lru/clock.js';
import { type Load, Loads } from '../lru/loads.js';
import type { EvictionCause } from '../lru/options.js';
import { CallIndex } from './call-index.js';
import { type CallKey, isTokens, publicKeyOf } from './call-key.js';
import { type CacheStats, Counters, snapshot } from './counters.js';
import type { Definition } from './definition.js';
import type { Entries } from './entries.js';
import { FewEntries } from './few-entries.js';
import { ManyEntries } from './many-entries.js';
import { isPromise, nativePromise, refuseOneShot } from './result.js';
import { resultOf, storedFor } from './stored.js';

/**
 * A read-through cache: the entries of one definition for one receiver. A hit returns; a miss runs
 * the method, once per key at a time, and stores what it returned unless the key was fenced meanwhile.
 */
export class ReadThrough extends FewEntries {
  readonly definition: Definition;
  /** Another of the same receiver, of another definition. */
  readonly next: ReadThrough | undefined;
  #epoch: number;
  /** The entries, once they are more than a few. */
  #many: ManyEntries | undefined;
  #hits = 0;
  #misses = 0;
  /** Of what has happened besides, once something has. */
  #counters: Counters | undefined;
  /** The loads in flight, while there are any. */
  #loads: Loads<CallKey> | undefined;
  /** What has left and the listener has not heard of. */
  #evicted: [CallKey, unknown, EvictionCause][] | undefined;

  constructor(definition: Definition, next?: ReadThrough | undefined) {
    super(definition.options.capacity);
    this.definition = definition;
    this.next = next;
    this.#epoch = definition.epoch;
  }

  /** The entries as they are now, emptied first when the definition was cleared since. To be gone through before each look. */
  get current(): Entries {
    if (this.#renew()) this.announce();
    return this.#entries;
  }

  now(): number {
    return this.definition.now();
  }

  left(key: CallKey, value: unknown, cause: EvictionCause): void {
    this.#more().evictions[cause]++;
    this.definition.totals.evictions[cause]++;
    if (this.definition.options.on.evict === undefined) return;
    this.#evicted ??= [];
    this.#evicted.push([key, value, cause]);
  }

  /** What is stored for no arguments, counted as a hit; or `undefined`. No listener hears of it. */
  hitNone(): unknown {
    if (this.#epoch !== this.definition.epoch) this.#renew();
    const stored = (this.#many ?? this).findNone();
    if (stored !== undefined) this.#hit();
    return stored;
  }

  /** As `hitNone`, under a key that is no token list. */
  hitLone(key: CallKey): unknown {
    if (this.#epoch !== this.definition.epoch) this.#renew();
    const stored = (this.#many ?? this).findLone(key);
    if (stored !== undefined) this.#hit();
    return stored;
  }

  /** As `hitNone`, for two or three arguments that are their own tokens. */
  hitShort(count: 2 | 3, a: unknown, b: unknown, c?: unknown): unknown {
    if (this.#epoch !== this.definition.epoch) this.#renew();
    const stored = (this.#many ?? this).findShort(count, a, b, c);
    if (stored !== undefined) this.#hit();
    return stored;
  }

  /** As `hitNone`, under a token list. */
  hitList({ list, count }: TokenList): unknown {
    if (this.#epoch !== this.definition.epoch) this.#renew();
    const stored = (this.#many ?? this).findList(list, count);
    if (stored !== undefined) this.#hit();
    return stored;
  }

  /** A call: its result, from an entry, from a load in flight or from the method. */
  call(key: CallKey, receiver: unknown, args: readonly unknown[]): unknown {
    const stored = isTokens(key) ? this.hitList({ list: key, count: key.length }) : this.hitLone(key);
    if (stored === undefined) return this.miss(key, receiver, args);
    const value = resultOf(stored);
    this.#tellHit(key, args, value);
    return value;
  }

  /** A call that found no entry: its result, from a load in flight or from the method. */
  miss(key: CallKey, receiver: unknown, args: readonly unknown[]): unknown {
    const { definition } = this;
    const joined = this.#loads?.join(key, definition);
    if (joined !== undefined) return this.#joined(key, args, joined);

    // All that stays on the stack while the method runs, which may call itself deeply.
    const loads = this.#inFlight();
    const { depth } = loads;
    let load: Load<CallKey> | undefined;
    let value: unknown;
    loads.depth = depth + 1;
    try {
      load = loads.begin(key);
      value = definition.method.apply(receiver, args as unknown[]);
    } catch (error) {
      // No call, as there may be no room for one on the stack.
      loads.depth = depth;
      return this.#failed(load, error);
    }
    loads.depth = depth;
    return this.#loaded(load, args, value);
  }

  /** Stores a value as if a call had loaded it. A promise is stored once it is fulfilled, and given to callers until then. */
  put(key: CallKey, args: readonly unknown[], value: unknown): void {
    const { definition } = this;
    if (isPromise(value)) {
      this.#entries.drop(key, 'replaced');
      this.#await(this.#inFlight().begin(key), args, value, false).then(
        () => this.announce(),
        // It reaches whoever calls meanwhile; otherwise it is the business of whoever made the promise.
        () => {},
      );
    } else {
      refuseOneShot(value, definition);
      this.#store(key, definition.promises ? Promise.resolve(value) : value, this.#ttlOf(value, args));
      this.#fence(key);
    }
    this.announce();
  }

  /** Forgets a key, and fences its load. Tells whether there was either. */
  delete(key: CallKey): boolean {
    const wasLoading = this.#fence(key);
    const deleted = this.current.drop(key, 'deleted');
    this.announce();
    return deleted || wasLoading;
  }

  /** Forgets everything, and fences every load. */
  clear(): void {
    this.#fenceAll();
    this.#entries.empty();
    this.announce();
  }

  /** The entries, least recent first. What is cleared while iterating is skipped, by whomever it is cleared. */
  *entries(): Generator<[CallKey, unknown], undefined, undefined> {
    for (const key of this.current.order()) {
      const stored = this.current.peek(key);
      if (stored !== undefined) yield [key, resultOf(stored)];
    }
  }

  isLoading(key: CallKey): boolean {
    return this.#loads?.has(key) ?? false;
  }

  stats(): CacheStats {
    const { size, capacity } = this.current;
    this.announce();
    const counted = { ...(this.#counters ?? new Counters()), hits: this.#hits, misses: this.#misses };
    return { ...snapshot(counted), size, capacity };
  }

  /** Tells the listener what has left. Runs last in every operation: it may throw, or use the cache, which is whole again. */
  announce(): void {
    if (this.#evicted !== undefined) callAll(this.#announcements());
  }

  #announcements(): (() => void)[] {
    const evicted = this.#evicted ?? [];
    this.#evicted = undefined;
    const { evict } = this.definition.options.on;
    return evicted.map(
      ([key, value, cause]) =>
        () =>
          evict!({ key: publicKeyOf(key), value: resultOf(value), cause }),
    );
  }

  get #entries(): Entries {
    return this.#many ?? this;
  }

  #renew(): boolean {
    if (this.#epoch === this.definition.epoch) return false;
    this.#epoch = this.definition.epoch;
    this.#fenceAll();
    this.#entries.empty();
    return true;
  }

  /** The one place where entries become many. */
  #store(key: CallKey, value: unknown, ttl: number): void {
    if (this.#many === undefined && this.isFullFor(key)) this.#many = new ManyEntries(this);
    this.#entries.write(key, storedFor(value), ttl);
  }

  #inFlight(): Loads<CallKey> {
    this.#loads ??= spareLoads ?? new Loads(new CallIndex());
    if (this.#loads === spareLoads) spareLoads = undefined;
    return this.#loads;
  }

  /** Lets go of the table of loads once it is empty, since most caches have none in flight for most of the time. */
  #rest(): void {
    if (!this.#loads?.isIdle) return;
    spareLoads = this.#loads;
    this.#loads = undefined;
  }

  #end(load: Load<CallKey>): boolean {
    const ended = this.#loads?.end(load) ?? false;
    this.#rest();
    return ended;
  }

  #fence(key: CallKey): boolean {
    const fenced = this.#loads?.fence(key) ?? false;
    this.#rest();
    return fenced;
  }

  #fenceAll(): void {
    this.#loads?.fenceAll();
    this.#rest();
  }

  #hit(): void {
    this.#hits++;
    this.definition.totals.hits++;
  }

  #tellHit(key: CallKey, args: readonly unknown[], value: unknown): void {
    this.definition.options.on.hit?.({ key: publicKeyOf(key), args: args as unknown[], value });
  }

  #joined(key: CallKey, args: readonly unknown[], promise: Promise<unknown>): unknown {
    this.#hit();
    this.#count('coalesced');
    callAll([() => this.#tellHit(key, args, promise), ...this.#announcements()]);
    return promise;
  }

  #missed(): void {
    this.#misses++;
    this.definition.totals.misses++;
  }

  #failed(load: Load<CallKey> | undefined, error: unknown): never {
    if (load === undefined) this.#rest();
    else this.#end(load);
    this.#missed();
    this.#count('loadErrors');
    throwAfter(() => this.announce(), error);
  }

  #loaded(load: Load<CallKey>, args: readonly unknown[], value: unknown): unknown {
    const { on } = this.definition.options;
    let given = value;
    this.#missed();
    try {
      if (isPromise(value)) {
        this.definition.promises = true;
        const promise = this.#await(load, args, value, true);
        // What an evict listener throws is for this caller, and must not spoil the promise that others are given.
        if (on.evict === undefined) given = promise;
        else
          given = promise.then((result) => {
            this.announce();
            return result;
          });
      } else {
        this.#settle(load, args, value, value);
      }
    } catch (error) {
      this.#end(load);
      throwAfter(() => this.announce(), error);
    }
    if (on.miss === undefined && this.#evicted === undefined) return given;
    try {
      const miss = () => on.miss?.({ key: publicKeyOf(load.key), args: args as unknown[], value: given });
      callAll([miss, ...this.#announcements()]);
    } catch (error) {
      // The caller is given this error, and so will not hear of the load's.
      if (given instanceof Promise) given.catch(() => {});
      throw error;
    }
    return given;
  }

  /** What the callers of a load wait for: its result, after that has been stored. */
  #await(
    load: Load<CallKey>,
    args: readonly unknown[],
    source: PromiseLike<unknown>,
    called: boolean,
  ): Promise<unknown> {
    if (called) this.#count('pending');
    const promise = nativePromise(source).then(
      (result) => {
        if (called) this.#count('pending', -1);
        this.#settle(load, args, result, promise, called);
        return result;
      },
      (error) => {
        if (called) {
          this.#count('pending', -1);
          this.#count('loadErrors');
        }
        this.#end(load);
        throw error;
      },
    );
    load.promise = promise;
    return promise;
  }

  /** Ends a load that has a result, and stores `value` for it if that is wanted and the load was not fenced. */
  #settle(load: Load<CallKey>, args: readonly unknown[], result: unknown, value: unknown, called = true): void {
    const when = called ? this.definition.options.when : undefined;
    // Still running, as far as the callbacks can tell: one that asks for this result asks for itself.
    const loads = this.#inFlight();
    const { depth } = loads;
    let ends = false;
    loads.depth = load.depth;
    try {
      refuseOneShot(result, this.definition);
      const wanted = when === undefined || when(result, ...args);
      const ttl = wanted ? this.#ttlOf(result, args) : 0;
      refresh();
      this.#renew();
      ends = true;
      if (loads.end(load) && wanted) this.#store(load.key, value, ttl);
    } finally {
      loads.depth = depth;
      if (!ends) loads.end(load);
      this.#rest();
    }
  }

  #ttlOf(result: unknown, args: readonly unknown[]): number {
    const { ttl } = this.definition.options;
    return typeof ttl === 'function' ? ttl(result, ...args) : ttl;
  }

  #more(): Counters {
    this.#counters ??= new Counters();
    return this.#counters;
  }

  #count(counter: 'coalesced' | 'loadErrors' | 'pending', by = 1): void {
    this.#more()[counter] += by;
    this.definition.totals[counter] += by;
  }
}

/** A table of loads that no cache needs now. */
let spareLoads: Loads<CallKey> | undefined;
