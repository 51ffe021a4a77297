import { max, min } from '../platform.js';
import type { MarkRecord } from '../store/engine.js';
import type { Facts } from './facts.js';
import { decodeNumber, encodeNumbers, keyOfName } from './records.js';
import type { Table } from './table.js';

/** The marks of namespaces and tags: the clock at their last invalidations. Each change of a mark comes after one of the clock. */
export class Marks {
  readonly #table: Table;
  readonly #facts: Facts;
  readonly #mostTags: number;
  /** The marks that were read, and the clock at which they were. */
  readonly #known = new Map<string, MarkRecord | undefined>();
  #knownAt = 0;

  constructor(table: Table, facts: Facts, maxBytes: number) {
    this.#table = table;
    this.#facts = facts;
    this.#mostTags = min(MOST_TAGS, maxBytes / 2000);
  }

  /** Returns a mark. Call it outside of transactions that write, as one may set marks and be undone. */
  known(name: string): MarkRecord | undefined {
    const clock = this.#facts.get('clock');
    if (clock !== this.#knownAt || this.#known.size > MOST_KNOWN) this.#known.clear();
    this.#knownAt = clock;
    const known = this.#known.get(name);
    if (known || this.#known.has(name)) return known;
    const mark = this.get(name);
    this.#known.set(name, mark);
    return mark;
  }

  get(name: string): MarkRecord | undefined {
    const bytes = this.#table.getBinary(keyOfName(name));
    return bytes && { removed: decodeNumber(bytes), expired: decodeNumber(bytes, 1) };
  }

  set(name: string, { removed, expired }: MarkRecord): void {
    const key = keyOfName(name);
    const isTag = name[0] === 't';
    const isNew = isTag && !this.#table.getBinary(key);
    this.#table.put(key, encodeNumbers(removed, expired, isTag ? 1 : 0));
    if (!isNew) return;
    this.#facts.add('tags', 1);
    if (this.#facts.get('tags') > this.#mostTags) this.#forgetTags();
  }

  clear(): void {
    this.#table.clearSync();
    this.#facts.set('tags', 0);
  }

  /** Drops the marks of the tags that were not invalidated for longest. Tagged entries that are as old count as invalidated. */
  #forgetTags(): void {
    const marks = [...this.#table.getRange()]
      .filter(({ value }) => decodeNumber(value, 2) === 1)
      .map(({ key, value }) => ({ key: Buffer.from(key), clock: max(decodeNumber(value), decodeNumber(value, 1)) }))
      .sort((one, other) => one.clock - other.clock);
    const dropped = marks.slice(0, marks.length / 2);
    for (const { key } of dropped) this.#table.remove(key);
    this.#facts.set('forgotten', dropped.at(-1)!.clock);
    this.#facts.set('tags', marks.length - dropped.length);
  }
}

/** The tags whose last invalidation is stored. */
const MOST_TAGS = 10_000;
const MOST_KNOWN = 10_000;
