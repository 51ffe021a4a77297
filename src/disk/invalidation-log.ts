import type { LoggedInvalidation } from '../store/engine.js';
import type { Facts } from './facts.js';
import { encodeNumbers } from './records.js';
import type { Table } from './table.js';

/** The latest invalidations, each under its number of the clock, for clients that keep what they have read in memory. */
export class InvalidationLog {
  readonly #table: Table;
  readonly #facts: Facts;
  readonly #mostBytes: number;

  constructor(table: Table, facts: Facts, mostBytes: number) {
    this.#table = table;
    this.#facts = facts;
    this.#mostBytes = mostBytes;
  }

  /** Advances the clock, and stores the invalidation. The oldest leave over the bound. Call it in a transaction. */
  add(invalidation: LoggedInvalidation): void {
    const facts = this.#facts;
    facts.add('clock', 1);
    const clock = facts.get('clock');
    const bytes = Buffer.from(JSON.stringify(invalidation));
    // One that is too long is not stored: clients that look for it are told to distrust everything.
    if (bytes.length < this.#mostBytes) {
      this.#table.put(encodeNumbers(clock), bytes);
      facts.add('logBytes', bytes.length + OVERHEAD);
    }
    let oldest = facts.get('logged') || 1;
    for (; clock - oldest >= MOST || facts.get('logBytes') > this.#mostBytes; oldest++) {
      if (oldest > clock) break;
      const at = encodeNumbers(oldest);
      const old = this.#table.getBinary(at);
      if (!old) continue;
      this.#table.remove(at);
      facts.add('logBytes', -old.length - OVERHEAD);
    }
    facts.set('logged', oldest);
  }

  /** Returns the invalidations after a number of the clock; `undefined` if some of them are not stored. */
  since(clock: number): LoggedInvalidation[] | undefined {
    const now = this.#facts.get('clock');
    if (clock + 1 < this.#facts.get('logged') || clock < this.#facts.get('cleared')) return undefined;
    const found: LoggedInvalidation[] = [];
    for (let at = clock + 1; at <= now; at++) {
      const bytes = this.#table.getBinary(encodeNumbers(at));
      if (!bytes) return undefined;
      found.push(JSON.parse(bytes.toString()));
    }
    return found;
  }

  /** Removes everything. The clock goes on. */
  clear(): void {
    this.#table.clearSync();
    this.#facts.set('logged', this.#facts.get('clock') + 1);
    this.#facts.set('logBytes', 0);
  }
}

const MOST = 10_000;
/** What a record takes in the table beside its text, about. */
const OVERHEAD = 40;
