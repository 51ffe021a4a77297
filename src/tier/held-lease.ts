import { nameOfKey } from '../store/names.js';
import type { Lease, StoreKey } from '../store/store.js';
import { startTimer } from '../time/timer.js';
import { then } from './asked-store.js';
import type { StoreLink } from './store-link.js';

/** The names of the leases that loads of this thread hold. */
const held = new Set<string>();

/** Whether this thread itself has the lease of a key, so that waiting for it would stop the holder too. */
export function isHeldHere(key: StoreKey): boolean {
  return held.has(nameOfKey(key));
}

/** A lease that a load holds: it is renewed at a third of its time for as long as the load runs. */
export class HeldLease {
  readonly lease: Lease;
  #isOver = false;
  #stopTimer: () => void = () => {};
  readonly #link: StoreLink;
  readonly #isWanted: () => boolean;

  /** @param isWanted Whether the load may still store its result: otherwise the next holder need not wait for it. */
  constructor(link: StoreLink, lease: Lease, isWanted: () => boolean) {
    this.#link = link;
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

  /** Gives the lease back without a fill. */
  release(): unknown {
    return this.end() ? this.#link.asked.release(this.lease) : undefined;
  }

  #renewLater(): void {
    this.#stopTimer = startTimer(this.#link.asked.leaseMs / 3, () => {
      if (!this.#isWanted()) this.release();
      else
        then(this.#link.asked.renew(this.lease), (isHeld) => {
          if (isHeld && !this.#isOver) this.#renewLater();
        });
    });
  }
}
