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

/** A value, or a promise of it. */
export type Maybe<T> = T | Promise<T>;

/**
 * A store as a load asks it: at once where the store can, and otherwise with a promise. One that throws or rejects, against
 * its contract, counts as one that has failed, so none of the answers does.
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
    return then(
      ask(() => store.readSync?.([key]) ?? store.read([key]), []),
      (found) => found[0],
    );
  }

  lease(key: StoreKey, seen: string | undefined): Maybe<LeaseAnswer> {
    const { store, leaseMs } = this;
    const failed: LeaseAnswer = { kind: 'unavailable' };
    return ask(() => store.leaseSync?.(key, leaseMs, seen) ?? store.lease(key, leaseMs, seen), failed);
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

/** Goes on with a value, at once or when its promise is fulfilled. */
export function then<T, U>(value: Maybe<T>, next: (value: T) => Maybe<U>): Maybe<U> {
  return isPromise(value) ? (nativePromise(value) as Promise<T>).then(next) : next(value as T);
}

function ask<T>(question: () => Maybe<T>, otherwise: T): Maybe<T> {
  try {
    const answer = question();
    return isPromise(answer) ? (nativePromise(answer).catch(() => otherwise) as Promise<T>) : answer;
  } catch {
    return otherwise;
  }
}
