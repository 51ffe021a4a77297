import { nameOfKey } from '../store/names.js';
import type { FillAnswer, Lease, LeaseAnswer, NewEntry, StoredEntry } from '../store/store.js';
import { startTimer } from '../time/timer.js';
import { type Maybe, then } from './asked-store.js';
import { block, type Steps } from './drive.js';
import type { LoadRequest } from './load-request.js';
import type { StoreLink } from './store-link.js';
import { pause } from './waiters.js';

/** The names of the leases that loads of this thread hold. */
const held = new Set<string>();

/** A lease that a load holds: it is renewed at a third of its time for as long as the load runs. */
export class HeldLease {
  readonly lease: Lease;
  #isOver = false;
  #stopTimer: () => void = () => {};
  readonly #link: StoreLink;
  readonly #askedAt: number;
  /** When the lease or its latest renewal was asked for. */
  #heldAt: number;
  readonly #isWanted: () => boolean;

  /**
   * @param askedAt When the lease was asked for, by `performance.now`.
   * @param isWanted Whether the load may still store its result: otherwise the next holder need not wait for it.
   */
  constructor(link: StoreLink, lease: Lease, askedAt: number, isWanted: () => boolean) {
    this.#link = link;
    this.#askedAt = this.#heldAt = askedAt;
    this.#isWanted = isWanted;
    this.lease = lease;
    held.add(nameOfKey(lease.key));
    this.#renewLater();
  }

  /** Ends the renewal, before the lease is filled or released. Returns false if it has ended before. */
  end(): boolean {
    if (this.#isOver) return false;
    this.#isOver = true;
    this.#stopTimer();
    held.delete(nameOfKey(this.lease.key));
    return true;
  }

  /**
   * Fills, after the renewal has ended. Where the lease is lost, perhaps only because the thread was too busy to renew it, fills
   * under a new one, if nobody has filled or invalidated anything since the first one was given. The store still has what
   * another filled since, if less than half of the ttl has passed: the ttls of one key may differ, as with `jitter`.
   *
   * @param before The entry that the load replaces.
   */
  *fill(entry: NewEntry, before: StoredEntry | undefined): Steps<FillAnswer> {
    const { asked } = this.#link;
    const { key, clock } = this.lease;
    const filled: FillAnswer = yield asked.fill(this.lease, entry);
    const isSeen = () => performance.now() - this.#askedAt < entry.ttl / 2;
    if (filled !== 'fenced' || !isSeen()) return filled;
    const answer: LeaseAnswer = yield asked.lease(key, before?.token);
    if (answer.kind !== 'taken') return 'fenced';
    // The thread may have been frozen while it waited for this lease.
    if (answer.lease.clock === clock && isSeen()) return yield asked.fill(answer.lease, entry);
    yield asked.release(answer.lease);
    return 'fenced';
  }

  /** Gives the lease back without a fill. */
  release(): unknown {
    return this.end() ? this.#link.asked.release(this.lease) : undefined;
  }

  #renewLater(): void {
    const { asked } = this.#link;
    this.#stopTimer = startTimer(asked.leaseMs / 3, () => {
      if (!this.#isWanted()) return void this.release();
      const now = performance.now();
      then(asked.renew(this.lease), (isHeld) => {
        if (isHeld) this.#heldAt = now;
        // Where the store only failed to renew, it may do so while the lease lasts.
        if (!this.#isOver && now - this.#heldAt < asked.leaseMs) this.#renewLater();
      });
    });
  }
}

/**
 * Waits until the holder of a lease may have filled. Gives false where the thread must not wait.
 *
 * @param since When the load that waits began.
 */
export function waitFor(link: StoreLink, { cache, key }: LoadRequest, since: number, ms: number): Maybe<boolean> {
  if (cache.definition.promises === true || !link.isSync) return link.wake(key, ms).then(() => true);
  // A synchronous method waits with its thread; not for a load of this thread, which would never end.
  if (held.has(nameOfKey(key))) return false;
  // Perhaps the method returns promises. Then nobody expects it to stop the thread for long.
  const isTooLong = cache.definition.promises === undefined && cache.now() - since > link.asked.leaseMs;
  return !isTooLong && block(pause(ms));
}
