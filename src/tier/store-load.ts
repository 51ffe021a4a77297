import type { Judgement } from '../cache/call-load.js';
import { endLoad, fenceLoad } from '../cache/loads-in-flight.js';
import type { ReceiverCache } from '../cache/receiver-cache.js';
import type { DecodedEntry, EntryHeader } from '../codec/entry.js';
import { mismatch, OptionError } from '../errors.js';
import { judge } from '../load/judge.js';
import { refuseOneShot } from '../load/one-shot.js';
import { max } from '../platform.js';
import { isPromise } from '../promise.js';
import { SharedLoad } from '../resilience/shared-load.js';
import type { FillAnswer, LeaseAnswer, StoredEntry } from '../store/store.js';
import { wasInvalidated } from '../tags/invalidation-log.js';
import { startTimer } from '../time/timer.js';
import type { Maybe } from './asked-store.js';
import { drive, type Steps } from './drive.js';
import { HeldLease, waitFor } from './held-lease.js';
import type { LoadRequest } from './load-request.js';
import { serveOld } from './old-entry.js';
import type { StoreLink } from './store-link.js';
import { freshFor, newHeader, timesOf, userTagsOf } from './stored-times.js';
import type { StoredValues } from './stored-values.js';

/** A load behind a store: it reads; then it runs the method under the lease of the key, and fills; or waits for the holder. */
export class StoreLoad {
  /** Whether what the caller of the load is given was returned before its origin was known. */
  isLate = false;
  /** Whether the stored result was a promise, where the method was not called yet. */
  isPromised = false;
  readonly #link: StoreLink;
  readonly #values: StoredValues;
  readonly #of: LoadRequest;
  readonly #since: number;
  readonly #active: Set<StoreLoad>;
  #isLeased = false;
  #isDoubted = false;

  /** @param active The loads that ask the store, of which this is one until it ends. */
  constructor(link: StoreLink, values: StoredValues, of: LoadRequest, active: Set<StoreLoad>) {
    this.#link = link;
    this.#values = values;
    this.#of = of;
    this.#active = active;
    this.#since = of.cache.now();
  }

  /** Notes that invalidations may have been missed. With a lease the store itself decides about the result; others are fenced. */
  doubt(cache: ReceiverCache): void {
    if (this.#of.cache !== cache) return;
    this.#isDoubted = true;
    if (!this.#isLeased) fenceLoad(cache, this.#of.load.key);
  }

  /** Begins the load. Returns its result, or a promise of it. A fresh entry of a store that is not sync takes no steps. */
  begin(): unknown {
    const link = this.#link;
    const isReady = link.ready();
    this.#active.add(this);
    if (link.isSync || isReady !== true) return drive(this.#toTheEnd(this.#steps(isReady)));
    link.poll();
    const read = new Promise<StoredEntry | undefined>((answer) => link.asked.readLater(this.#of.key, answer));
    // Many loads are answered together. By `then` each goes on in the async context of its own caller.
    return read.then((entry) => {
      try {
        return this.#answer(entry);
      } catch (error) {
        this.#active.delete(this);
        throw error;
      }
    });
  }

  /** Returns the result, where the store has given an entry or none. */
  #answer(entry: StoredEntry | undefined): unknown {
    const found = this.#decoded(entry);
    if (found instanceof Promise) return drive(this.#toTheEnd(this.#try(entry, found)));
    if (!this.#isUsed(entry, found)) return drive(this.#toTheEnd(this.#goOn(entry, found)));
    // Not before the caller of the load has kept the result, so that it can be distrusted until then.
    queueMicrotask(() => queueMicrotask(() => this.#active.delete(this)));
    return found.value;
  }

  *#toTheEnd(steps: Steps<unknown>): Steps<unknown> {
    try {
      return yield* steps;
    } finally {
      if (!this.isLate) this.#active.delete(this);
      // Not before the promises between these steps and the caller of the load have passed the result on.
      else startTimer(0, () => this.#active.delete(this));
    }
  }

  *#steps(isReady: unknown): Steps<unknown> {
    const link = this.#link;
    if (!(yield isReady)) return yield* this.#method();
    link.poll();
    const entry: StoredEntry | undefined = yield link.asked.read(this.#of.key);
    return yield* this.#try(entry, this.#decoded(entry));
  }

  *#try(entry: StoredEntry | undefined, decoding: unknown): Steps<unknown> {
    const found: DecodedEntry | undefined = yield decoding;
    return this.#isUsed(entry, found) ? found.value : yield* this.#goOn(entry, found);
  }

  /** Gets a result where the store gave none that is used. A load that is over, as its callers have left, takes no more steps. */
  *#goOn(first: StoredEntry | undefined, decoded: DecodedEntry | undefined): Steps<unknown> {
    const [link, { cache, load, key }] = [this.#link, this.#of];
    let [entry, found] = [first, decoded];
    while (!load.isSettled) {
      // What a newer version of memokit has written stays.
      if (found?.miss === 'newer') return yield* this.#method();
      const askedAt = performance.now();
      const answer: LeaseAnswer = yield link.asked.lease(key, entry?.token, load.observed?.trace);
      if (answer.kind === 'taken') {
        const held = new HeldLease(link, answer.lease, askedAt, () => cache.loads?.get(load.key) === load);
        return yield* this.#fill(held, entry);
      }
      if (answer.kind === 'unavailable') return yield* this.#method();
      if (answer.kind === 'found') entry = answer.entry;
      else {
        if (!(yield waitFor(link, this.#of, this.#since, answer.ms))) return yield* this.#method();
        if (typeof answer.trace === 'string') load.observed?.waited(answer.trace);
        entry = yield link.asked.read(key);
      }
      found = yield this.#decoded(entry);
      if (this.#isUsed(entry, found)) return found.value;
    }
    return undefined;
  }

  #decoded(entry: StoredEntry | undefined): Maybe<DecodedEntry | undefined> {
    return entry && this.#values.decodeFor(this.#of.cache.definition, this.#link.isSync, entry.value);
  }

  /** Uses an entry of the store as the result, if it is fresh, or stale and may be given. An old one is kept in memory. */
  #isUsed(entry: StoredEntry | undefined, found: DecodedEntry | undefined): found is Found {
    const { cache, load, key } = this.#of;
    if (entry === undefined || found === undefined || load.isSettled) return false;
    if (found.miss !== undefined || (found.header.key ?? key.key) !== key.key) {
      cache.count('unreadable');
      return false;
    }
    const [{ header, value }, { age, isExpired }] = [found, entry];
    const { definition } = cache;
    // The function returned promises when the entry was stored, and now it does not.
    if (definition.promises === false && header.isPromised) return false;
    const [ttl, tags] = [freshFor(header), userTagsOf(entry)];
    // An entry that does not age counts its ttl from now.
    const judgement: Judgement = { isWanted: true, ttl: definition.isAging ? ttl : ttl - age, tags, age };
    // A refresh takes nothing, and a reload replaces what is due for it.
    const { origin } = load;
    const end = origin === 'refresh' ? 0 : origin === 'background' ? ttl * definition.options.refreshAhead : ttl;
    if (!isExpired && age < end) return this.#comesFromStore(header, judgement);
    // An entry that was ended while it was read must not come back, and a refresh that fails leaves no trace.
    if (origin === 'refresh' || !definition.isAging || !this.#isCurrent() || wasInvalidated(tags, load.tagTime))
      return false;
    return serveOld(this.#of, entry, header, value) && this.#comesFromStore(header, judgement);
  }

  #comesFromStore(header: EntryHeader, judgement: Judgement): true {
    const { cache, load } = this.#of;
    this.isPromised = header.isPromised;
    load.judgement = judgement;
    // The time that the store took does not count as a load's.
    load.since = Infinity;
    if (load.origin === 'call') {
      cache.countMiss(-1);
      cache.countHit();
      cache.count('storeHits');
    } else cache.count('refreshes', -1);
    this.#tell('store');
    return true;
  }

  /** Says where the result comes from, and tells the listener if its caller has been given a promise already. */
  #tell(from: 'store' | 'method'): void {
    const { cache, load, args } = this.#of;
    load.from = from;
    if (!this.isLate || load.origin !== 'call') return;
    const { listeners } = cache.definition;
    const tell = () => listeners[from === 'store' ? 'hit' : 'miss'](load.key, args, load.promise);
    load.pendingEvents = [...load.pendingEvents, tell];
  }

  /** Runs the method, unless the load is over, as its callers have left or it has taken too long. */
  *#method(): Steps<unknown> {
    const { cache, load, run } = this.#of;
    if (load.isSettled) return undefined;
    this.#tell('method');
    const given = run();
    if (isPromise(given)) cache.definition.promises = true;
    else if (!this.#link.isSync)
      throw new OptionError(
        mismatch(
          `store of ${cache.definition.name}`,
          'a method that returns promises, as the store does not read synchronously',
          given,
        ),
      );
    return yield given;
  }

  /** Runs the method under the lease of the key, and stores its result. */
  *#fill(held: HeldLease, before: StoredEntry | undefined): Steps<unknown> {
    const { cache, load, args, key } = this.#of;
    const [link, values, { definition }] = [this.#link, this.#values, cache];
    // A load that is given up or too long has no result to wait for.
    if (load instanceof SharedLoad) load.onSettled(() => void held.release());
    this.#isLeased = true;
    let answer: FillAnswer | undefined;
    try {
      if (load.isSettled) return undefined;
      const result = yield* this.#method();
      if (!this.#isCurrent()) return result;
      refuseOneShot(result, definition);
      const judgement = judge(definition, load, result, args);
      load.judgement = judgement;
      const { isWanted, ttl } = judgement;
      if (!isWanted || !(ttl > 0)) {
        if (before !== undefined) yield link.invalidate({ keys: [key] }, 'remove');
        return result;
      }
      const tags = [...judgement.tags, ...(key.tags ?? [])];
      const times = timesOf(definition, ttl, max(0, cache.now() - this.#since));
      const bytes: Uint8Array | undefined = yield* values.encode(newHeader(definition, key, times, tags), result);
      // What cannot be stored takes the place of what was stored nevertheless.
      if (bytes === undefined && before !== undefined && this.#isCurrent()) {
        yield link.invalidate({ keys: [key] }, 'remove');
      }
      if (bytes === undefined || !this.#isCurrent() || !held.end()) return result;
      // What the store takes may end there before this process knows of it.
      this.#isLeased = false;
      answer = yield* held.fill({ value: bytes, ttl: times.kept, tags }, before);
      return result;
    } finally {
      this.#isLeased = false;
      if (answer === 'fenced' || (this.#isDoubted && answer !== 'stored')) endLoad(cache, load);
      held.release();
    }
  }

  /** Whether the result may still be stored. */
  #isCurrent(): boolean {
    const { cache, load, args } = this.#of;
    const isCurrent = !load.isSettled && !cache.clearIfOutdated() && cache.loads?.get(load.key) === load;
    return isCurrent && !cache.definition.isChanged(load.key, this.#of.receiver, args);
  }
}

type Found = DecodedEntry & { readonly miss?: undefined };
