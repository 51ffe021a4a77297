import { callAll, throwAfter } from '../lru/call-all.js';
import { refresh } from '../lru/clock.js';
import { type Load, Loads } from '../lru/loads.js';
import { CallEntries } from './call-entries.js';
import { CallIndex } from './call-index.js';
import { type CallKey, isTokens, publicKeyOf } from './call-key.js';
import type { Definition } from './definition.js';
import { deepFreeze } from './freeze.js';
import { isPromise, nativePromise, refuseOneShot } from './result.js';
import { resultOf } from './stored.js';

/**
 * A read-through cache: the entries of one definition for one receiver. A hit returns; a miss runs
 * the method, once per key at a time, and stores what it returned unless the key was fenced meanwhile.
 */
export class ReadThrough extends CallEntries {
  /** The loads in flight, while there are any. */
  #loads: Loads<CallKey> | undefined;
  /** Another of the same receiver, of another definition. */
  readonly next: ReadThrough | undefined;

  constructor(definition: Definition, next?: ReadThrough | undefined) {
    super(definition);
    this.next = next;
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
    this.renew();
    if (isPromise(value)) {
      this.stored.drop(key, 'replaced');
      this.#await(this.#inFlight().begin(key), args, value, false).then(
        () => this.announce(),
        // It reaches whoever calls meanwhile; otherwise it is the business of whoever made the promise.
        () => {},
      );
    } else {
      refuseOneShot(value, definition);
      if (definition.options.freeze) deepFreeze(value);
      this.store(key, definition.promises ? Promise.resolve(value) : value, this.#ttlOf(value, args));
      this.#fence(key);
    }
    this.announce();
  }

  /** Forgets a key, and fences its load. Tells whether there was either. */
  delete(key: CallKey): boolean {
    this.renew();
    const wasLoading = this.#fence(key);
    const deleted = this.stored.drop(key, 'deleted');
    this.announce();
    return deleted || wasLoading;
  }

  /** Forgets everything, and fences every load. */
  clear(): void {
    this.fenceAll();
    this.stored.empty();
    this.announce();
  }

  isLoading(key: CallKey): boolean {
    return this.#loads?.has(key) ?? false;
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

  protected override fenceAll(): void {
    this.#loads?.fenceAll();
    this.#rest();
  }

  #tellHit(key: CallKey, args: readonly unknown[], value: unknown): void {
    this.definition.options.on.hit?.({ key: publicKeyOf(key), args: args as unknown[], value });
  }

  #joined(key: CallKey, args: readonly unknown[], promise: Promise<unknown>): unknown {
    this.hit();
    this.count('coalesced');
    callAll([() => this.#tellHit(key, args, promise), ...this.announcements()]);
    return promise;
  }

  #failed(load: Load<CallKey> | undefined, error: unknown): never {
    if (load === undefined) this.#rest();
    else this.#end(load);
    this.missed();
    this.count('loadErrors');
    throwAfter(() => this.announce(), error);
  }

  #loaded(load: Load<CallKey>, args: readonly unknown[], value: unknown): unknown {
    const { on } = this.definition.options;
    let given = value;
    this.missed();
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
    if (on.miss === undefined && !this.isAnnouncing) return given;
    try {
      const miss = () => on.miss?.({ key: publicKeyOf(load.key), args: args as unknown[], value: given });
      callAll([miss, ...this.announcements()]);
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
    if (called) this.count('pending');
    const promise = nativePromise(source).then(
      (result) => {
        if (called) this.count('pending', -1);
        this.#settle(load, args, result, promise, called);
        return result;
      },
      (error) => {
        if (called) {
          this.count('pending', -1);
          this.count('loadErrors');
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
      if (this.definition.options.freeze) deepFreeze(result);
      const wanted = when === undefined || when(result, ...args);
      const ttl = wanted ? this.#ttlOf(result, args) : 0;
      refresh();
      this.renew();
      ends = true;
      if (loads.end(load) && wanted) this.store(load.key, value, ttl);
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
}

/** A table of loads that no cache needs now. */
let spareLoads: Loads<CallKey> | undefined;
