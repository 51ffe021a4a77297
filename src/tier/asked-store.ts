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

  constructor(store: Store, leaseMs: number) {
    this.store = store;
    this.leaseMs = leaseMs;
  }

  read(key: StoreKey): Maybe<StoredEntry | undefined> {
    const { store } = this;
    return ask(() => then(store.readSync?.([key]) ?? store.read([key]), (found) => found[0] ?? undefined), undefined);
  }

  lease(key: StoreKey, seen: string | undefined): Maybe<LeaseAnswer> {
    const { store, leaseMs } = this;
    const failed: LeaseAnswer = { kind: 'unavailable' };
    const known = (answer: LeaseAnswer) => (KINDS.includes(answer.kind) ? answer : failed);
    return ask(() => then(store.leaseSync?.(key, leaseMs, seen) ?? store.lease(key, leaseMs, seen), known), failed);
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
}

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
