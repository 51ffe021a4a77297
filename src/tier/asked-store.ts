import { resolved } from '../platform.js';
import { isPromise, nativePromise } from '../promise.js';
import type {
  FillAnswer,
  Invalidated,
  InvalidationMode,
  Lease,
  LeaseAnswer,
  NewEntry,
  Store,
  StoredEntry,
  StoreKey,
} from '../store/store.js';
import { startTimer } from '../time/timer.js';

/** A value, or a promise of it. */
export type Maybe<T> = T | Promise<T>;

/**
 * A store as a load asks it: at once where the store can, and otherwise with a promise. A store that throws, rejects or does not
 * answer within five seconds, against its contract, counts as one that has failed.
 */
export class AskedStore {
  readonly store: Store;
  readonly leaseMs: number;
  /** The reads of this tick, which the store is asked for together. */
  #asked: Asked[] = [];

  constructor(store: Store, leaseMs: number) {
    this.store = store;
    this.leaseMs = leaseMs;
  }

  read(key: StoreKey): Maybe<StoredEntry | undefined> {
    if (this.store.readSync === undefined) return new Promise((answer) => this.readLater(key, answer));
    return ask(() => this.store.readSync!([key])[0] ?? undefined, undefined);
  }

  /** Reads a key, together with all others of this tick. Calls a function with what was found. It must not throw. */
  readLater(key: StoreKey, answer: (entry: StoredEntry | undefined) => void): void {
    this.#asked.push({ key, answer });
    // Some promise jobs later, so that the callers that are about to ask are there.
    if (this.#asked.length === 1) resolved(undefined).then(() => resolved(undefined).then(() => this.#send()));
  }

  #send(): void {
    const asked = this.#asked;
    this.#asked = [];
    for (let at = 0; at < asked.length; at += MOST_READS) {
      const part = asked.slice(at, at + MOST_READS);
      const found = ask<readonly (StoredEntry | undefined)[]>(() => this.store.read(part.map(({ key }) => key)), []);
      then(found, (entries) => {
        for (let index = 0; index < part.length; index++) part[index]!.answer(entries?.[index] ?? undefined);
      });
    }
  }

  lease(key: StoreKey, seen: string | undefined, trace?: string): Maybe<LeaseAnswer> {
    const { store, leaseMs } = this;
    const failed: LeaseAnswer = { kind: 'unavailable' };
    const known = (answer: LeaseAnswer) => (KINDS.includes(answer.kind) ? answer : failed);
    return ask(
      () => then(store.leaseSync?.(key, leaseMs, seen, trace) ?? store.lease(key, leaseMs, seen, trace), known),
      failed,
    );
  }

  fill(lease: Lease, entry: NewEntry): Maybe<FillAnswer> {
    const { store } = this;
    return ask<FillAnswer>(() => store.fillSync?.(lease, entry) ?? store.fill(lease, entry), 'unavailable');
  }

  renew(lease: Lease): Maybe<boolean> {
    const { store, leaseMs } = this;
    return ask(() => store.renewSync?.(lease, leaseMs) ?? store.renew(lease, leaseMs), false);
  }

  release(lease: Lease): Maybe<void> {
    const { store } = this;
    return ask(() => (store.releaseSync ? store.releaseSync(lease) : store.release(lease)), undefined);
  }

  invalidate(what: Invalidated, mode: InvalidationMode): Maybe<boolean> {
    const { store } = this;
    return ask(() => store.invalidateSync?.(what, mode) ?? store.invalidate(what, mode), false);
  }

  /** Invalidates a key, and asks for its lease. */
  replace(key: StoreKey): Maybe<Replaced> {
    const { store, leaseMs } = this;
    const replaced = (lease: Lease | undefined): Replaced => ({ isTold: lease !== undefined, lease });
    const { replaceSync } = store;
    if (replaceSync) return ask(() => replaced(replaceSync.call(store, key, leaseMs)), replaced(undefined));
    if (store.replace) return ask(() => then(store.replace!(key, leaseMs), replaced), replaced(undefined));
    return then(this.invalidate({ keys: [key] }, 'remove'), (isTold) => {
      const leased = (answer: LeaseAnswer) => ({ isTold, lease: answer.kind === 'taken' ? answer.lease : undefined });
      return isTold ? then(this.lease(key, undefined), leased) : replaced(undefined);
    });
  }
}

/** What replacing a key gives. */
export interface Replaced {
  /** Whether the store has been told of the invalidation. */
  readonly isTold: boolean;
  readonly lease: Lease | undefined;
}

interface Asked {
  readonly key: StoreKey;
  readonly answer: (entry: StoredEntry | undefined) => void;
}

/** The most keys that a store is asked for at once. */
const MOST_READS = 256;

const KINDS: readonly unknown[] = ['taken', 'found', 'held', 'unavailable'];

/** The milliseconds within which a store has to answer, or else counts as one that has failed. */
const DEADLINE = 5000;

/** Goes on with a value, at once or when its promise is fulfilled. */
export function then<T, U>(value: Maybe<T>, next: (value: T) => Maybe<U>): Maybe<U> {
  return isPromise(value) ? (nativePromise(value) as Promise<T>).then(next) : next(value as T);
}

function ask<T>(question: () => Maybe<T>, otherwise: T): Maybe<T> {
  try {
    const answer = question();
    if (!isPromise(answer)) return answer;
    return new Promise((resolve) => {
      const stop = startTimer(DEADLINE, () => resolve(otherwise));
      const end = (value: T) => {
        stop();
        resolve(value);
      };
      nativePromise(answer).then(end as (value: unknown) => void, () => end(otherwise));
    });
  } catch {
    return otherwise;
  }
}
