import type { CallLoad } from '../cache/call-load.js';
import { borrowTable, type LoadTable, returnTable } from '../cache/load-table.js';
import { CallEntries } from '../cache/receiver-cache.js';
import { throwAfter } from '../call-all.js';
import type { CallKey } from '../key/call-key.js';
import { refuseOneShot } from '../promise.js';
import { dropContext } from '../promise-context.js';
import { tagTime, wasInvalidated } from '../tags/invalidation-log.js';
import { refresh } from '../time/clock.js';
import { deepFreeze } from './freeze.js';

/**
 * Fenced entries: call entries with the loads that are in flight for them. A load stores what it gave unless its key was
 * deleted, cleared or put meanwhile, or a tag of the result was invalidated.
 */
export abstract class FencedEntries extends CallEntries {
  /** The loads in flight, while there are any. */
  #loads: LoadTable | undefined;

  /** Stores a value that the source has now, and that is no promise. Where it cannot be stored, no older one is. */
  replace(key: CallKey, args: readonly unknown[], value: unknown): void {
    this.renew();
    this.changed();
    try {
      this.place(key, args, value);
    } catch (error) {
      throwAfter(() => this.delete(key), error);
    }
    this.announce();
  }

  /** Forgets a key, and fences its load. Tells whether there was either. */
  delete(key: CallKey): boolean {
    this.renew();
    this.changed();
    const wasLoading = this.fence(key);
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
    return this.loadOf(key) === undefined ? 'miss' : 'loading';
  }

  /** Ends a load that has a result, and stores `value` for it if that is wanted and the load was not fenced. */
  protected settle(load: CallLoad, args: readonly unknown[], result: unknown, value: unknown, called = true): void {
    const { definition } = this;
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
      const wanted = !called || definition.wants(result, args);
      const ttl = wanted ? definition.ttlOf(result, args) : 0;
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
      this.#loads = returnTable(this.#loads);
    }
  }

  /** Stores a value that no load has given, and fences the load of its key. */
  protected place(key: CallKey, args: readonly unknown[], value: unknown): void {
    const { definition } = this;
    refuseOneShot(value, definition);
    if (definition.options.freeze) deepFreeze(value);
    const stored = definition.promises ? Promise.resolve(value) : value;
    if (definition.promises) dropContext(stored);
    refresh();
    this.keep(key, stored, definition.ttlOf(value, args), definition.tagsOf(value, args));
    this.fence(key);
  }

  /** Stores a result and tags it. */
  protected keep(key: CallKey, value: unknown, ttl: number, tags: readonly string[]): void {
    this.store(key, value, ttl);
    if (ttl > 0) this.tag(key, tags);
  }

  /** A key's load, if one is in flight. */
  protected loadOf(key: CallKey): CallLoad | undefined {
    return this.#loads?.get(key);
  }

  /** A key's load that callers may join. @throws RecursionError when its run has given no promise yet. */
  protected join(key: CallKey): CallLoad | undefined {
    return this.#loads?.join(key, this.definition);
  }

  /** Whether tags were invalidated since a load began. Its result will tell if they are its own: who comes now has to wait for that. */
  protected isDoubtful(load: CallLoad): boolean {
    return this.definition.options.tags !== undefined && load.tagTime !== tagTime();
  }

  /** The table of loads, made when there is none. */
  protected inFlight(): LoadTable {
    this.#loads ??= borrowTable();
    return this.#loads;
  }

  /** Ends a load, if one was begun. Tells whether it may store: a fenced one may not. */
  protected end(load: CallLoad | undefined): boolean {
    const ended = load !== undefined && this.#loads?.end(load) === true;
    this.#loads = returnTable(this.#loads);
    return ended;
  }

  protected override fenceAll(): void {
    this.#loads?.fenceAll();
    this.#loads = returnTable(this.#loads);
  }

  /** Fences the load of a key. Tells whether there was one. */
  protected fence(key: CallKey): boolean {
    const fenced = this.#loads?.fence(key) ?? false;
    this.#loads = returnTable(this.#loads);
    return fenced;
  }
}

/**
 * What a call would meet. `hit`: a fresh entry. `stale`: an old one that may be given. `failed`: a failure that is
 * remembered. `loading`: a run in flight to join. `miss`: the method.
 */
export type Outcome = 'hit' | 'stale' | 'failed' | 'loading' | 'miss';
