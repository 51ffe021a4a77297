import type { LeaseRecord } from '../store/engine.js';
import { decodeLease, encodeLease, keyOfName } from './records.js';
import type { Table } from './table.js';

/** The leases, each under the key of its entry, in a table that has other keys too. Call what changes them in a transaction. */
export class Leases {
  readonly #table: Table;
  /** The key at which the next sweep begins. */
  #sweepFrom = FIRST;

  constructor(table: Table) {
    this.#table = table;
  }

  get(name: string): LeaseRecord | undefined {
    const bytes = this.#table.getBinaryFast(keyOfName(name));
    return bytes && decodeLease(bytes);
  }

  /** `undefined` removes the lease. */
  set(name: string, record: LeaseRecord | undefined): void {
    if (record) this.#table.put(keyOfName(name), encodeLease(record));
    else this.#table.remove(keyOfName(name));
  }

  /** Removes all leases that have ended. */
  removeEnded(now: number): void {
    this.#sweepFrom = FIRST;
    this.sweep(now, Infinity);
  }

  /** Removes ended leases among the next few: of holders that were killed, and of keys that nobody asks for again. */
  sweep(now: number, most: number): void {
    const leases = [...this.#table.getRange({ start: this.#sweepFrom, end: END, limit: most })];
    for (const { key, value } of leases) if (decodeLease(value).until <= now) this.#table.remove(key);
    this.#sweepFrom = leases.length < most ? FIRST : Buffer.from(leases.at(-1)!.key);
  }
}

const FIRST = Buffer.of(0);
/** The keys of leases are less than this. Those of the facts and of LMDB's own records are not. */
const END = Buffer.of(2);
