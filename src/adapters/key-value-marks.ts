import { max } from '../platform.js';
import type { MarkRecord } from '../store/engine.js';
import { NO_MARK } from '../store/names.js';
import type { InvalidationMode } from '../store/store.js';
import type { StoreTime } from '../store/store-time.js';
import type { Records, SharedClient } from './shared-client.js';

/** The name of the record with the count of invalidations. */
export const CLOCK = 'c';

/**
 * The marks of namespaces and tags in a key-value engine, and its count of invalidations. The count is a time in microseconds
 * that only grows: one that the engine loses begins above it again. In this process one operation at a time writes them.
 */
export class KeyValueMarks {
  readonly #shared: SharedClient;
  readonly #time: StoreTime;

  constructor(shared: SharedClient, time: StoreTime) {
    this.#shared = shared;
    this.#time = time;
  }

  /** Sets marks to the next count, which is stored before them: a lease that reads it begins after this invalidation. */
  set(marks: readonly string[], mode: InvalidationMode): Promise<void> {
    return this.#shared.inTurn(CLOCK, async () => {
      const names = [CLOCK, ...marks];
      const records = await this.#shared.read(names);
      const clock = max(latest(records, names) + 1, this.#time.advance() * 1000);
      await this.#write(CLOCK, clock);
      const set = (name: string) => {
        const { removed, expired } = markOf(records, name) ?? NO_MARK;
        // The engine may have lost a mark that removed entries. They must not come back as stale ones.
        if (mode === 'remove' || !records.get(name)) return this.#write(name, clock, expired);
        return this.#write(name, removed, clock);
      };
      await Promise.all(marks.map(set));
    });
  }

  /** Makes the marks that the engine lacks, as of a lease. Returns whether none of them is newer by now. */
  make(marks: readonly string[], clock: number): Promise<boolean> {
    return this.#shared.inTurn(CLOCK, async () => {
      const records = await this.#shared.read(marks);
      const missing = marks.filter((name) => !records.get(name));
      await Promise.all(missing.map((name) => this.#write(name, clock)));
      return latest(records, marks) <= clock;
    });
  }

  /** Returns the count for a lease. Stores it if the engine lacks it, or has a mark that is newer. */
  async clock(records: Records, now: number): Promise<number> {
    const known = latest(records, [...records.keys()]);
    if (records.get(CLOCK) && latest(records, [CLOCK]) === known) return known;
    return this.#shared.inTurn(CLOCK, async () => {
      const stored = latest(await this.#shared.read([CLOCK]), [CLOCK]);
      const clock = max(known, stored || now * 1000);
      if (clock !== stored) await this.#write(CLOCK, clock);
      return clock;
    });
  }

  #write(name: string, removed: number, expired = 0): Promise<void> {
    return this.#shared.write({ name, removed, expired });
  }
}

/** Returns the latest count in marks. */
export function latest(records: Records, names: readonly string[]): number {
  return max(
    ...names.map((name) => {
      const { removed = 0, expired = 0 } = markOf(records, name) ?? NO_MARK;
      return max(removed, expired);
    }),
  );
}

/** Returns the mark of a name; `undefined` if the engine lacks it. */
export function markOf(records: Records, name: string): MarkRecord | undefined {
  return records.get(name) as MarkRecord | undefined;
}
