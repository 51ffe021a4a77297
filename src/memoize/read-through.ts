import { callAll, throwAfter } from '../lru/call-all.js';
import { refresh } from '../lru/clock.js';
import { Loads } from '../lru/loads.js';
import { CallEntries } from './call-entries.js';
import type { CallKey } from './call-key.js';
import { CallLoad } from './call-load.js';
import type { Definition } from './definition.js';
import { deepFreeze } from './freeze.js';
import { InFlight } from './in-flight.js';
import { running } from './load-signal.js';
import { isPromise, nativePromise, refuseOneShot } from './result.js';
import { resultOf } from './stored.js';
import { tagTime, wasInvalidated } from './tag-log.js';

/**
 * A read-through cache: the entries of one definition for one receiver. A hit returns; a miss runs
 * the method, once per key at a time, and stores what it returned unless the key was fenced meanwhile.
 */
export class ReadThrough extends CallEntries {
  /** The loads in flight, while there are any. */
  #loads: Loads<CallKey, CallLoad> | undefined;
  /** Another of the same receiver, of another definition. */
  readonly next: ReadThrough | undefined;

  constructor(definition: Definition, next?: ReadThrough | undefined) {
    super(definition);
    this.next = next;
  }

  /** A call: its result, from an entry, from a load in flight or from the method. */
  call(key: CallKey, receiver: unknown, args: readonly unknown[]): unknown {
    const { definition } = this;
    const stored = this.find(key);
    if (stored === undefined) return this.miss(key, receiver, args);
    const value = resultOf(stored);
    this.hit();
    definition.listeners.hit(key, args, value);
    return value;
  }

  /** A call that found no entry: its result, from a load in flight or from the method. */
  miss(key: CallKey, receiver: unknown, args: readonly unknown[]): unknown {
    const { definition } = this;
    const joined = this.join(key);
    if (joined !== undefined) return this.#joined(joined, receiver, args);

    const since = this.stopwatch();
    // All that stays on the stack while the method runs, which may call itself deeply.
    const loads = this.inFlight();
    const { depth } = loads;
    const outer = running.load;
    let load: CallLoad | undefined;
    let value: unknown;
    loads.depth = depth + 1;
    running.load = undefined;
    try {
      load = new CallLoad(key, depth + 1, since);
      loads.begin(load);
      value = definition.method.apply(receiver, args as unknown[]);
    } catch (error) {
      // No call, as there may be no room for one on the stack.
      loads.depth = depth;
      running.load = outer;
      return this.#failed(load, key, args, error);
    }
    loads.depth = depth;
    running.load = outer;
    return this.#loaded(load, args, value);
  }

  /** Stores a value as if a call had loaded it. A promise is stored once it is fulfilled, and given to callers until then. */
  put(key: CallKey, args: readonly unknown[], value: unknown): void {
    this.renew();
    this.changed();
    if (isPromise(value)) {
      this.stored.drop(key, 'replaced');
      const loads = this.inFlight();
      const load = new CallLoad(key, loads.depth, 0);
      loads.begin(load);
      this.#await(load, args, value, false).then(
        () => this.definition.listeners.alone(key, args, load.news),
        // It reaches whoever calls meanwhile; otherwise it is the business of whoever made the promise.
        () => {},
      );
    } else {
      this.#place(key, args, value);
    }
    this.announce();
  }

  /** As `put`, of a value that the source has now, which is no promise: where it cannot be stored, no older one is. */
  replace(key: CallKey, args: readonly unknown[], value: unknown): void {
    this.renew();
    this.changed();
    try {
      this.#place(key, args, value);
    } catch (error) {
      throwAfter(() => this.delete(key), error);
    }
    this.announce();
  }

  #place(key: CallKey, args: readonly unknown[], value: unknown): void {
    const { definition } = this;
    refuseOneShot(value, definition);
    if (definition.options.freeze) deepFreeze(value);
    const stored = definition.promises ? Promise.resolve(value) : value;
    this.keep(key, stored, this.#ttlOf(value, args), definition.tagsOf(value, args));
    this.#fence(key);
  }

  /** Forgets a key, and fences its load. Tells whether there was either. */
  delete(key: CallKey): boolean {
    this.renew();
    this.changed();
    const wasLoading = this.#fence(key);
    const deleted = this.evict(key);
    this.announce();
    return deleted || wasLoading;
  }

  /** Forgets everything, and fences every load. */
  clear(): void {
    this.changed();
    this.fenceAll();
    this.stored.empty();
    this.announce();
  }

  /** What a call would meet: an entry, a run to join, or the method. */
  outcome(key: CallKey): Outcome {
    if (this.freshFor(key) !== undefined) return 'hit';
    return this.isLoading(key) ? 'loading' : 'miss';
  }

  protected isLoading(key: CallKey): boolean {
    return this.loadOf(key) !== undefined;
  }

  /** A key's load, if one is in flight. */
  protected loadOf(key: CallKey): CallLoad | undefined {
    return this.#loads?.get(key);
  }

  /** A key's load that callers may join. @throws RecursionError when its run has given no promise yet. */
  protected join(key: CallKey): CallLoad | undefined {
    return this.#loads?.join(key, this.definition);
  }

  protected inFlight(): Loads<CallKey, CallLoad> {
    this.#loads ??= spareLoads ?? new Loads(new InFlight());
    if (this.#loads === spareLoads) spareLoads = undefined;
    return this.#loads;
  }

  /** Lets go of the table of loads once it is empty, since most caches have none in flight for most of the time. */
  #rest(): void {
    if (!this.#loads?.isIdle) return;
    spareLoads = this.#loads;
    this.#loads = undefined;
  }

  /** Ends a load. Tells whether it may store: a fenced one may not. */
  protected end(load: CallLoad): boolean {
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

  /** The time as it is now, for who measures how long something takes. */
  protected stopwatch(): number {
    refresh();
    return this.now();
  }

  #joined(load: CallLoad, receiver: unknown, args: readonly unknown[]): unknown {
    const join = () => {
      this.hit();
      this.count('coalesced');
      callAll([() => this.definition.listeners.hit(load.key, args, load.promise), ...this.announcements()]);
      return load.promise;
    };
    if (!this.isDoubtful(load)) return join();
    const decide = () => (load.isOutdated ? this.callAnew(receiver, args) : join());
    return load.promise!.then(decide, decide);
  }

  /** A call that was made before, whose arguments may have been changed since: it has the key that they have now. */
  protected callAnew(receiver: unknown, args: readonly unknown[]): unknown {
    return this.call(this.definition.keyOf(receiver, args), receiver, args);
  }

  /** Whether tags were invalidated since a load began. Its result will tell if they are its own: who comes now has to wait for that. */
  protected isDoubtful(load: CallLoad): boolean {
    return this.definition.options.tags !== undefined && load.tagTime !== tagTime();
  }

  #failed(load: CallLoad | undefined, key: CallKey, args: readonly unknown[], error: unknown): never {
    if (load === undefined) this.#rest();
    else this.end(load);
    this.missed();
    this.ended(load, true);
    this.#throw(key, args, error);
  }

  /** Throws what a load has failed with, after the listeners were told. */
  #throw(key: CallKey, args: readonly unknown[], error: unknown): never {
    const tell = () => this.definition.listeners.error(key, args, error);
    throwAfter(() => callAll([tell, ...this.announcements()]), error);
  }

  /** Counts a run that has ended. */
  protected ended(load: CallLoad | undefined, failed: boolean): void {
    if (failed) this.count('loadErrors');
    try {
      if (load !== undefined) this.timed(this.stopwatch() - load.since);
    } catch {
      // What the run gave or threw matters more than how long it took, when a clock throws or the stack is full.
    }
  }

  #loaded(load: CallLoad, args: readonly unknown[], value: unknown): unknown {
    const { on } = this.definition.options;
    let given = value;
    this.missed();
    try {
      if (isPromise(value)) {
        this.definition.promises = true;
        const promise = this.#await(load, args, value, true);
        // What these listeners throw is for this caller, and must not spoil the promise that others are given.
        if (on.evict === undefined && on.error === undefined) given = promise;
        else
          given = promise.then(
            (result) => {
              callAll(load.news);
              return result;
            },
            (error) => this.#throw(load.key, args, error),
          );
      } else {
        this.definition.promises ??= false;
        this.ended(load, false);
        this.settle(load, args, value, value);
      }
    } catch (error) {
      this.end(load);
      this.#throw(load.key, args, error);
    }
    this.tellMiss(load, args, given);
    return given;
  }

  /** Tells the listeners of a miss, once its run has returned. */
  protected tellMiss(load: CallLoad, args: readonly unknown[], given: unknown): void {
    const { options, listeners } = this.definition;
    if (options.on.miss === undefined && !this.isAnnouncing) return;
    try {
      callAll([() => listeners.miss(load.key, args, given), ...this.announcements()]);
    } catch (error) {
      // The caller is given this error, and so will not hear of the load's.
      if (given instanceof Promise) given.catch(() => {});
      throw error;
    }
  }

  /** What the callers of a load wait for: its result, after that has been stored. */
  #await(load: CallLoad, args: readonly unknown[], source: PromiseLike<unknown>, called: boolean): Promise<unknown> {
    if (called) this.count('pending');
    const finish = (failed: boolean) => {
      if (!called) return;
      this.count('pending', -1);
      this.ended(load, failed);
    };
    const promise = nativePromise(source).then(
      (result) => {
        finish(false);
        this.settle(load, args, result, promise, called);
        load.news = this.announcements();
        return result;
      },
      (error) => {
        finish(true);
        load.isOutdated = this.isDoubtful(load);
        this.end(load);
        throw error;
      },
    );
    load.promise = promise;
    return promise;
  }

  /** Ends a load that has a result, and stores `value` for it if that is wanted and the load was not fenced. */
  protected settle(load: CallLoad, args: readonly unknown[], result: unknown, value: unknown, called = true): void {
    const { definition } = this;
    const when = called ? definition.options.when : undefined;
    // Still running, as far as the callbacks can tell: one that asks for this result asks for itself.
    const loads = this.inFlight();
    const { depth } = loads;
    let ends = false;
    loads.depth = load.depth;
    try {
      // As long as its tags are not known.
      load.isOutdated = this.isDoubtful(load);
      refuseOneShot(result, definition);
      if (definition.options.freeze) deepFreeze(result);
      const wanted = when === undefined || when(result, ...args);
      const ttl = wanted ? this.#ttlOf(result, args) : 0;
      const tags = definition.tagsOf(result, args);
      load.isOutdated = wasInvalidated(tags, load.tagTime);
      refresh();
      this.renew();
      ends = true;
      if (!loads.end(load) || load.isOutdated) return;
      if (wanted) this.keep(load.key, value, ttl, tags);
      // What the source had before, it has no more.
      else this.stored.drop(load.key, 'replaced');
    } finally {
      loads.depth = depth;
      if (!ends) loads.end(load);
      this.#rest();
    }
  }

  /** Stores a result and tags it. */
  protected keep(key: CallKey, value: unknown, ttl: number, tags: readonly string[]): void {
    this.store(key, value, ttl);
    if (ttl > 0) this.tag(key, tags);
  }

  #ttlOf(result: unknown, args: readonly unknown[]): number {
    const { ttl } = this.definition.options;
    return typeof ttl === 'function' ? ttl(result, ...args) : ttl;
  }
}

/**
 * What a call would meet. `hit`: a fresh entry. `stale`: an old one that may be given. `failed`: a failure that is
 * remembered. `loading`: a run in flight to join. `miss`: the method.
 */
export type Outcome = 'hit' | 'stale' | 'failed' | 'loading' | 'miss';

/** A table of loads that no cache needs now. */
let spareLoads: Loads<CallKey, CallLoad> | undefined;
