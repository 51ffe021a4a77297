import { min } from '../platform.js';
import type { Table } from './table.js';

/** The numbers of a store, in one record: a read needs some of them, and a write changes several. */
export class Facts {
  readonly #table: Table;
  readonly #numbers = new Float64Array(NAMES.length);
  readonly #bytes = Buffer.from(this.#numbers.buffer);
  #isLoaded = false;
  #isChanged = false;

  constructor(table: Table) {
    this.#table = table;
  }

  /** Returns a number, as the transaction sees it that reads or writes now. It is 0 at first. */
  get(name: FactName): number {
    if (!this.#isLoaded) this.#load();
    return this.#numbers[NAMES.indexOf(name)]!;
  }

  /** Sets a number, which `save` writes. */
  set(name: FactName, number: number): void {
    if (!this.#isLoaded) this.#load();
    this.#numbers[NAMES.indexOf(name)] = number;
    this.#isChanged = true;
  }

  /** Adds to a number. */
  add(name: FactName, number: number): void {
    this.set(name, this.get(name) + number);
  }

  /** Writes the numbers, in a transaction. */
  save(): void {
    if (this.#isChanged) this.#table.put(KEY, this.#bytes);
  }

  /** Has the next `get` read the record again: another transaction begins. */
  forget(): void {
    this.#isLoaded = this.#isChanged = false;
  }

  #load(): void {
    const bytes = this.#table.getBinaryFast(KEY);
    this.#numbers.fill(0);
    // LMDB has read into the start of a buffer that it uses again, and whose `length` is not its own.
    if (bytes) this.#bytes.set(bytes.subarray(0, min(this.#bytes.length, bytes.length)));
    this.#isLoaded = true;
  }
}

/** What the numbers are, in their order in the record. A new one goes to the end. */
const NAMES = [
  /** The count of invalidations, and its value at the last `clear`. */
  'clock',
  'cleared',
  /** The latest time that was seen, and the milliseconds that are added to the wall clock. */
  'latest',
  'offset',
  /** The clock at or before which invalidations of tags may not be stored, and the bytes of all marks. */
  'forgottenTags',
  'markBytes',
  /** The oldest invalidation in the log, and the bytes of the log. */
  'logged',
  'logBytes',
  /** The entries and their bytes. */
  'entries',
  'bytes',
  /** The place of the newest entry, and the place that the hand of the eviction has passed. */
  'place',
  'hand',
  /** The share of the bound that the entries may have, and the size of the file when it was set. 0: all of it. */
  'share',
  'file',
  /** The clock at or before which invalidations of namespaces may not be stored. */
  'forgottenNamespaces',
  /** The bytes of the hits and of the leases. */
  'hitBytes',
  'leaseBytes',
] as const;

export type FactName = (typeof NAMES)[number];

/** Unlike the keys of leases, which are in the same table, it begins with a 2. */
const KEY = Buffer.from('\u0002facts');
