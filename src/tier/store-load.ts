import type { Judgement } from '../cache/call-load.js';
import { endLoad } from '../cache/loads-in-flight.js';
import type { ReceiverCache } from '../cache/receiver-cache.js';
import type { DecodedEntry, EntryHeader } from '../codec/entry.js';
import { mismatch, OptionError } from '../errors.js';
import type { CallKey } from '../key/call-key.js';
import { judge } from '../load/judge.js';
import { refuseOneShot } from '../load/one-shot.js';
import { max } from '../platform.js';
import { isPromise } from '../promise.js';
import { SharedLoad } from '../resilience/shared-load.js';
import type { FillAnswer, Lease, LeaseAnswer, StoredEntry } from '../store/store.js';
import { wasInvalidated } from '../tags/invalidation-log.js';
import { block, type Steps } from './drive.js';
import { HeldLease, isHeldHere } from './held-lease.js';
import type { LoadRequest } from './load-request.js';
import { keepOld, reloadStale } from './old-entry.js';
import type { StoreLink } from './store-link.js';
import { freshFor, newHeader, timesOf, userTagsOf } from './stored-times.js';
import type { StoredValues } from './stored-values.js';
import { pause } from './waiters.js';

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

  get key(): CallKey {
    return this.#of.load.key;
  }

  isOf(cache: ReceiverCache): boolean {
    return this.#of.cache === cache;
  }

  /** Notes that invalidations may have been missed. Returns whether the store itself still decides about the result. */
  doubt(): boolean {
    this.#isDoubted = true;
    return this.#isLeased;
  }

  /** The steps of the load. They return its result. */
  *steps(): Steps<unknown> {
    this.#active.add(this);
    try {
      return yield* this.#steps();
    } finally {
      this.#active.delete(this);
    }
  }

  /** A load that is over, as its callers have left, takes no more steps. */
  *#steps(): Steps<unknown> {
    const link = this.#link;
    const { cache, load, key } = this.#of;
    if (!(yield link.ready())) return yield* this.#method();
    link.poll();
    let entry: StoredEntry | undefined = yield link.asked.read(key);
    while (!load.isSettled) {
      if (entry !== undefined) {
        const found: DecodedEntry = yield this.#values.decodeFor(cache.definition, link.isSync, entry.value);
        if (found.miss !== undefined || (found.header.key ?? key.key) !== key.key) {
          cache.count('unreadable');
          // What a newer version of memokit has written stays.
          if (found.miss === 'newer') return yield* this.#method();
        } else if (this.#isUsed(entry, found.header, found.value)) return found.value;
      }
      const answer: LeaseAnswer = yield link.asked.lease(key, entry?.token);
      if (answer.kind === 'taken') return yield* this.#fill(this.#hold(answer.lease), entry);
      if (answer.kind === 'unavailable') return yield* this.#method();
      if (answer.kind === 'found') entry = answer.entry;
      else {
        if (!(yield this.#wait(answer.ms))) return yield* this.#method();
        entry = yield link.asked.read(key);
      }
    }
    return undefined;
  }

  /** Uses an entry of the store as the result, if it is fresh, or stale and may be given. An old one is kept in memory. */
  #isUsed(entry: StoredEntry, header: EntryHeader, value: unknown): boolean {
    const { cache, load } = this.#of;
    const { definition } = cache;
    const { age, isExpired } = entry;
    // The function returned promises when the entry was stored, and now it does not.
    if (load.isSettled || (definition.promises === false && header.isPromised)) return false;
    const ttl = freshFor(header);
    const tags = userTagsOf(entry);
    // An entry that does not age counts its ttl from now.
    const judgement: Judgement = { isWanted: true, ttl: definition.isAging ? ttl : ttl - age, tags, age };
    // A refresh takes nothing, and a reload replaces what is due for it.
    const { origin } = load;
    const end = origin === 'refresh' ? 0 : origin === 'background' ? ttl * definition.options.refreshAhead : ttl;
    if (!isExpired && age < end) return this.#comesFromStore(header, judgement);
    // An entry that was ended while it was read must not come back, and a refresh that fails leaves no trace.
    if (origin === 'refresh' || !definition.isAging || !this.#isCurrent() || wasInvalidated(tags, load.tagTime))
      return false;
    const old = keepOld(this.#of, entry, header, value);
    if (origin !== 'call' || !old?.isServed(cache.now())) return false;
    cache.count('staleHits');
    if (load instanceof SharedLoad)
      load.answer.then(
        () => reloadStale(this.#of),
        () => {},
      );
    return this.#comesFromStore(header, judgement);
  }

  #hold(lease: Lease): HeldLease {
    const { cache, load } = this.#of;
    return new HeldLease(this.#link, lease, () => cache.loads?.get(load.key) === load);
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
    const link = this.#link;
    if (isPromise(given)) cache.definition.promises = true;
    else if (!link.isSync)
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
    const [link, values] = [this.#link, this.#values];
    const { definition } = cache;
    // A load that is given up, or that has taken too long, has no result to wait for.
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
      const entry = { value: bytes, ttl: times.kept, tags };
      answer = (yield link.asked.fill(held.lease, entry)) as FillAnswer;
      // Perhaps the lease is lost only because the thread was too busy to renew it.
      if (answer === 'fenced') answer = yield* this.#fillAgain(held, before, entry);
      return result;
    } finally {
      this.#isLeased = false;
      if (answer === 'fenced' || (this.#isDoubted && answer !== 'stored')) endLoad(cache, load);
      held.release();
    }
  }

  /** Fills under a new lease, if nobody has filled or invalidated anything since the first one was given. */
  *#fillAgain(
    { lease: { key, clock } }: HeldLease,
    before: StoredEntry | undefined,
    entry: { readonly value: Uint8Array; readonly ttl: number; readonly tags: readonly string[] },
  ): Steps<FillAnswer> {
    const link = this.#link;
    const answer: LeaseAnswer = yield link.asked.lease(key, before?.token);
    if (answer.kind !== 'taken') return 'fenced';
    if (answer.lease.clock === clock) return yield link.asked.fill(answer.lease, entry);
    yield link.asked.release(answer.lease);
    return 'fenced';
  }

  /** Whether the result may still be stored. */
  #isCurrent(): boolean {
    const { cache, load, args } = this.#of;
    const isCurrent = !load.isSettled && !cache.clearIfOutdated() && cache.loads?.get(load.key) === load;
    return isCurrent && !cache.definition.isChanged(load.key, this.#of.receiver, args);
  }

  /** Waits for the holder of the lease. Gives false where the thread must not wait. */
  #wait(ms: number): unknown {
    const link = this.#link;
    const { cache, key } = this.#of;
    if (cache.definition.promises === true || !link.isSync) return link.wake(key, ms).then(() => true);
    // A synchronous method waits with its thread; not for a load of this thread, which would never end.
    if (isHeldHere(key)) return false;
    // Perhaps the method returns promises. Then nobody expects it to stop the thread for long.
    const isTooLong = cache.definition.promises === undefined && cache.now() - this.#since > link.asked.leaseMs;
    return !isTooLong && block(pause(ms));
  }
}
