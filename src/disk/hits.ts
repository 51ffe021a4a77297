import { min } from '../platform.js';
import { costOf } from './cost.js';
import type { Facts } from './facts.js';
import { decodeNumber, encodeNumbers, keyOfName } from './records.js';
import type { Table } from './table.js';

/** How often entries of each namespace were read. The table is bounded: namespaces with the fewest reads leave it first. */
export class Hits {
  readonly #table: Table;
  readonly #facts: Facts;
  readonly #mostBytes: number;
  /** The reads that are not in the table yet. */
  readonly #reads = new Map<string, number>();

  constructor(table: Table, facts: Facts, maxBytes: number) {
    this.#table = table;
    this.#facts = facts;
    this.#mostBytes = min(1e6, maxBytes / 50);
  }

  add(namespace: string): void {
    this.#reads.set(namespace, (this.#reads.get(namespace) ?? 0) + 1);
  }

  /** Stores what `add` has counted, in a transaction. */
  note(): void {
    for (const [namespace, count] of this.#reads) {
      const key = keyOfName(namespace);
      const old = this.#table.getBinary(key);
      const row = encodeNumbers((old ? decodeNumber(old) : 0) + count);
      this.#table.put(key, row);
      if (!old) this.#facts.add('hitBytes', costOf(key, row));
    }
    this.#reads.clear();
    if (this.#facts.get('hitBytes') > this.#mostBytes) this.#dropHalf();
  }

  remove(namespace: string): void {
    this.#drop(keyOfName(namespace));
  }

  clear(): void {
    this.#table.clearSync();
    this.#facts.set('hitBytes', 0);
    this.#reads.clear();
  }

  #dropHalf(): void {
    const rows = [...this.#table.getRange()]
      .map(({ key, value }) => ({ key: Buffer.from(key), count: decodeNumber(value) }))
      .sort((one, other) => one.count - other.count);
    for (const { key } of rows.slice(0, rows.length / 2)) this.#drop(key);
  }

  #drop(key: Buffer): void {
    const row = this.#table.getBinary(key);
    if (!row) return;
    this.#table.remove(key);
    this.#facts.add('hitBytes', -costOf(key, row));
  }
}
