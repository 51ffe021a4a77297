import type { CallLoad, Judgement } from '../cache/call-load.js';
import { agingEntry } from '../cache/inspection.js';
import { endLoad } from '../cache/loads-in-flight.js';
import type { ReceiverCache } from '../cache/receiver-cache.js';
import { type DecodedEntry, type EntryHeader, readHeader } from '../codec/entry.js';
import { mismatch, OptionError } from '../errors.js';
import { judge } from '../load/judge.js';
import { refuseOneShot } from '../load/one-shot.js';
import { storeEntry } from '../load/store-entry.js';
import { assign, max, resolved } from '../platform.js';
import { ignoreRejection, isPromise } from '../promise.js';
import { reload } from '../resilience/load-runner.js';
import { SharedLoad } from '../resilience/shared-load.js';
import { nameOfKey } from '../store/names.js';
import type { FillAnswer, LeaseAnswer, StoredEntry, StoreKey } from '../store/store.js';
import { block, type Steps } from './drive.js';
import { HeldLease } from './held-lease.js';
import type { StoreLink } from './store-link.js';
import { newHeader, timesOf } from './stored-times.js';
import type { StoredValues } from './stored-values.js';
import { pause } from './waiters.js';

/** What a load that asks a store is about. */
export interface StoreLoadOf {
  readonly cache: ReceiverCache;
  readonly load: CallLoad;
  readonly key: StoreKey;
  readonly receiver: unknown;
  readonly args: readonly unknown[];
  /** Runs the method. */
  readonly run: () => unknown;
}

/** A load behind a store: it reads; then it runs the method under the lease of the key, and fills; or waits for who has it. */
export class StoreLoad {
  /** Whether what the caller of the load is given was returned before its origin was known. */
  isLate = false;
  /** Whether the stored result was a promise, where the method was not called yet. */
  isPromised = false;
  readonly #link: StoreLink;
  readonly #values: StoredValues;
  readonly #of: StoreLoadOf;
  readonly #since: number;

  constructor(link: StoreLink, values: StoredValues, of: StoreLoadOf) {
    this.#link = link;
    this.#values = values;
    this.#of = of;
    this.#since = of.cache.now();
  }

  /** The steps of the load. They return its result. */
  *steps(): Steps<unknown> {
    const link = this.#link;
    const { cache, load, key } = this.#of;
    if (!(yield link.ready())) return yield* this.#method();
    link.poll();
    const isRefresh = load.origin === 'refresh';
    let entry: StoredEntry | undefined = yield link.asked.read(key);
    for (;;) {
      if (entry !== undefined && isRefresh) {
        if (readHeader(entry.value) === 'newer') return yield* this.#method();
      } else if (entry !== undefined) {
        const found: DecodedEntry = yield this.#decode(entry.value);
        if (found.miss !== undefined || (found.header.key ?? key.key) !== key.key) {
          cache.count('unreadable');
          // What a newer version of memokit has written stays.
          if (found.miss === 'newer') return yield* this.#method();
        } else if (this.#isUsed(entry, found.header, found.value)) return found.value;
      }
      const answer: LeaseAnswer = yield link.asked.lease(key, entry?.token);
      if (answer.kind === 'taken')
        return yield* this.#fill(new HeldLease(link, answer.lease, () => cache.loads?.get(load.key) === load), entry);
      if (answer.kind === 'unavailable') return yield* this.#method();
      if (answer.kind === 'found') entry = answer.entry;
      else {
        if (!(yield this.#wait(answer.ms))) return yield* this.#method();
        entry = yield link.asked.read(key);
      }
    }
  }

  /** Uses an entry of the store as the result, if it is fresh, or stale and may be given. An old one is kept in memory. */
  #isUsed(entry: StoredEntry, header: EntryHeader, value: unknown): boolean {
    const { cache, load, args } = this.#of;
    const { definition } = cache;
    const { age, isExpired } = entry;
    const ttl = header.softExpiresAt - header.storedAt;
    const { tags } = entry;
    // An entry that does not age counts its ttl from now.
    const judgement: Judgement = { isWanted: true, ttl: definition.isAging ? ttl : ttl - age, tags, age };
    // A reload replaces what is due for it.
    const end = load.origin === 'background' ? ttl * definition.options.refreshAhead : ttl;
    if (!isExpired && age < end) return this.#comesFromStore(header, judgement);
    if (!definition.isAging) return false;
    const isKnown = agingEntry(cache, load.key) !== undefined;
    const result = header.isPromised || definition.promises ? resolved(value) : value;
    if (!isKnown) storeEntry(cache, load.key, result, value, ttl, tags, definition.weightOf(value, args), false, age);
    const old = agingEntry(cache, load.key);
    if (old === undefined || isKnown) return false;
    const now = cache.now();
    // Nothing tells when it was expired, so that it is only there for the next load to see.
    if (isExpired) assign(old, { freshUntil: now, refreshAt: now, staleUntil: now, staleIfErrorUntil: now });
    if (!old.isServed(now) || load.origin !== 'call') return false;
    cache.count('staleHits');
    if (load instanceof SharedLoad) load.answer.then(() => this.#reload());
    return this.#comesFromStore(header, judgement);
  }

  #reload(): void {
    const { cache, load, args } = this.#of;
    reload(cache, load.key, { receiver: this.#of.receiver, args, signal: undefined });
  }

  #comesFromStore(header: EntryHeader, judgement: Judgement): true {
    const { cache, load } = this.#of;
    this.isPromised = header.isPromised;
    load.judgement = judgement;
    // The time of the store is none of the method.
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

  /** Decodes what the store gives. @throws OptionError when that takes a promise, and the method may return none. */
  #decode(bytes: Uint8Array): unknown {
    const decoded = this.#values.decode(bytes);
    const { definition } = this.#of.cache;
    if (!isPromise(decoded) || definition.promises === true || !this.#link.isSync) return decoded;
    const header = readHeader(bytes);
    if (typeof header === 'object' && header.isPromised) return decoded;
    ignoreRejection(decoded);
    const expected = 'a schema that validates at once, as the method returns no promise';
    throw new OptionError(mismatch(`check of ${definition.name}`, expected, decoded));
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
    const link = this.#link;
    const values = this.#values;
    const { definition } = cache;
    // A load that is given up, or that has taken too long, has no result to wait for.
    if (load instanceof SharedLoad) load.onSettled(() => void held.release());
    try {
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
      load.judgement = { ...judgement, tags };
      const times = timesOf(definition, ttl, max(0, cache.now() - this.#since));
      const bytes: Uint8Array | undefined = yield* values.encode(newHeader(definition, key, times, tags), result);
      if (bytes === undefined || !this.#isCurrent() || !held.end()) return result;
      const entry = { value: bytes, ttl: times.kept, tags };
      let answer: FillAnswer = yield link.asked.fill(held.lease, entry);
      // Perhaps the lease is lost only because the thread was too busy to renew it.
      if (answer === 'fenced') answer = yield* this.#fillAgain(held, before, entry);
      if (answer === 'fenced') endLoad(cache, load);
      return result;
    } finally {
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
    if (link.held.has(nameOfKey(key))) return false;
    // Perhaps the method returns promises. Then nobody expects it to stop the thread for long.
    const isTooLong = cache.definition.promises === undefined && cache.now() - this.#since > link.asked.leaseMs;
    return !isTooLong && block(pause(ms));
  }
}
