import { CallLoad } from '../cache/call-load.js';
import { resultOf } from '../cache/stored.js';
import { callAll, throwAfter } from '../call-all.js';
import type { Definition } from '../definition/definition.js';
import type { CallKey } from '../key/call-key.js';
import { isPromise, nativePromise } from '../promise.js';
import { dropContext } from '../promise-context.js';
import { refresh } from '../time/clock.js';
import { running } from './load-context.js';
import { FencedEntries } from './settle.js';

/**
 * A read-through cache: the entries of one definition for one receiver. A hit returns; a miss runs
 * the method, once per key at a time, and stores what it returned unless the key was fenced meanwhile.
 */
export class ReadThrough extends FencedEntries {
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
    // Before the look for a load, as a clock is anybody's code, and may begin one.
    const since = this.stopwatch();
    const joined = this.join(key);
    if (joined !== undefined) return this.#joined(joined, receiver, args);

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
      this.place(key, args, value);
    }
    this.announce();
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

  #failed(load: CallLoad | undefined, key: CallKey, args: readonly unknown[], error: unknown): never {
    this.end(load);
    this.missed();
    this.ended(load, true);
    this.#throw(key, args, error);
  }

  /** Throws what a load has failed with, after the listeners were told. */
  #throw(key: CallKey, args: readonly unknown[], error: unknown): never {
    // Nothing that needs much of the stack, as above.
    if (!this.definition.listeners.hearEnds) throw error;
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
    const { definition } = this;
    let given = value;
    this.missed();
    try {
      if (isPromise(value)) {
        definition.promises = true;
        const promise = this.#await(load, args, value, true);
        // What these listeners throw is for this caller, and must not spoil the promise that others are given.
        given = promise;
        if (definition.listeners.hearEnds) {
          given = promise.then(
            (result) => {
              callAll(load.news);
              return result;
            },
            (error) => this.#throw(load.key, args, error),
          );
        }
      } else {
        definition.promises ??= false;
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
        dropContext(promise);
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
}
