import type { LeaseRecord } from '../store/engine.js';
import { costOf } from './cost.js';
import type { Facts } from './facts.js';
import { decodeLease, encodeLease, keyOfName } from './records.js';
import type { Table } from './table.js';

/**
 * The leases, each under the key of its entry, in a table that has other keys too. Over the bound leases leave that have not
 * ended: what their holders load is then stored by nobody. Call what changes them in a transaction.
 */
export class Leases {
  readonly #table: Table;
  readonly #facts: Facts;
  readonly #mostBytes: number;
  /** The key at which the next sweep begins. */
  #sweepFrom = FIRST;
  #given = 0;

  constructor(table: Table, facts: Facts, maxBytes: number) {
    this.#table = table;
    this.#facts = facts;
    this.#mostBytes = maxBytes / 8;
  }

  get(name: string): LeaseRecord | undefined {
    const bytes = this.#table.getBinaryFast(keyOfName(name));
    return bytes && decodeLease(bytes);
  }

  /** `undefined` removes the lease. */
  set(name: string, record: LeaseRecord | undefined): void {
    const key = keyOfName(name);
    const old = this.#table.getBinary(key);
    if (!record) {
      if (old) this.#remove(key, old);
      return;
    }
    const row = encodeLease(record);
    this.#table.put(key, row);
    this.#facts.add('leaseBytes', costOf(key, row) - (old ? costOf(key, old) : 0));
    if (this.#given++ % 32 === 0) this.sweep(record.since, 64);
  }

  /** Removes all leases that have ended. */
  removeEnded(now: number): void {
    this.#sweepFrom = FIRST;
    this.sweep(now, Infinity);
  }

  /** Removes ended leases among the next few: of holders that were killed, and of keys that nobody asks for again. */
  sweep(now: number, most: number): void {
    const leases = [...this.#table.getRange({ start: this.#sweepFrom, end: END, limit: most })];
    for (const { key, value } of leases) {
      const isTooMuch = this.#facts.get('leaseBytes') > this.#mostBytes;
      if (isTooMuch || decodeLease(value).until <= now) this.#remove(key, value);
    }
    this.#sweepFrom = leases.length < most ? FIRST : Buffer.from(leases.at(-1)!.key);
  }

  #remove(key: Buffer, row: Buffer): void {
    this.#facts.add('leaseBytes', -costOf(key, row));
    this.#table.remove(key);
  }
}

const FIRST = Buffer.of(0);
/** The keys of leases are less than this. Those of the facts and of LMDB's own records are not. */
const END = Buffer.of(2);
