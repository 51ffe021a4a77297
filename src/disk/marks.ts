import { max, min } from '../platform.js';
import type { MarkRecord } from '../store/engine.js';
import { costOf } from './cost.js';
import type { Facts } from './facts.js';
import { decodeNumber, encodeNumbers, keyOfName } from './records.js';
import type { Table } from './table.js';

/**
 * The marks of namespaces and tags: the clock at their last invalidations. Each change of a mark comes after one of the clock.
 * The table is bounded: the oldest marks leave it, and then every namespace or tag without a mark counts as removed at the
 * clock of the latest mark of its kind that has left.
 */
export class Marks {
  readonly #table: Table;
  readonly #facts: Facts;
  readonly #mostBytes: number;
  /** The marks that were read, and the clock at which they were. */
  readonly #known = new Map<string, MarkRecord>();
  #knownAt = 0;

  constructor(table: Table, facts: Facts, maxBytes: number) {
    this.#table = table;
    this.#facts = facts;
    this.#mostBytes = min(MOST_BYTES, maxBytes / 20);
  }

  /** Returns a mark. Call it outside of transactions that write, as one may set marks and be undone. */
  known(name: string): MarkRecord {
    const clock = this.#facts.get('clock');
    if (clock !== this.#knownAt || this.#known.size > MOST_KNOWN) this.#known.clear();
    this.#knownAt = clock;
    let mark = this.#known.get(name);
    if (!mark) this.#known.set(name, (mark = this.get(name)));
    return mark;
  }

  get(name: string): MarkRecord {
    const bytes = this.#table.getBinary(keyOfName(name));
    if (bytes) return { removed: decodeNumber(bytes), expired: decodeNumber(bytes, 1) };
    return { removed: this.#facts.get(FORGOTTEN[Number(isOfTag(name))]!), expired: 0 };
  }

  set(name: string, { removed, expired }: MarkRecord): void {
    const key = keyOfName(name);
    const isNew = !this.#table.getBinary(key);
    const row = encodeNumbers(removed, expired, Number(isOfTag(name)));
    this.#table.put(key, row);
    if (!isNew) return;
    this.#facts.add('markBytes', costOf(key, row));
    if (this.#facts.get('markBytes') > this.#mostBytes) this.#forget();
  }

  clear(): void {
    this.#table.clearSync();
    this.#facts.set('markBytes', 0);
  }

  /** Drops the half of the marks that were not set for longest. */
  #forget(): void {
    const marks = [...this.#table.getRange()]
      .map(({ key, value }) => ({ key: Buffer.from(key), row: Buffer.from(value), clock: clockOf(value) }))
      .sort((one, other) => one.clock - other.clock);
    for (const { key, row, clock } of marks.slice(0, marks.length / 2)) {
      this.#table.remove(key);
      this.#facts.add('markBytes', -costOf(key, row));
      this.#facts.set(FORGOTTEN[decodeNumber(row, 2)]!, clock);
    }
  }
}

function isOfTag(name: string): boolean {
  return name[0] === 't';
}

function clockOf(row: Buffer): number {
  return max(decodeNumber(row), decodeNumber(row, 1));
}

/** The facts about the marks that have left, by the number that the row of a mark has for its kind. */
const FORGOTTEN = ['forgottenNamespaces', 'forgottenTags'] as const;
/** Some 9,000 marks. */
const MOST_BYTES = 1e6;
const MOST_KNOWN = 10_000;
