import { CallIndex } from '../key/call-index.js';
import { type CallKey, NO_ARGUMENTS } from '../key/call-key.js';
import { BoundedMap } from '../lru/bounded-map.js';
import type { Entries } from './entries.js';
import type { FewEntries } from './few-entries.js';

/** Entries as many as there may be, in a bounded map. */
export class ManyEntries extends BoundedMap<CallKey, unknown> implements Entries {
  readonly #index: CallIndex<number>;

  /** Takes over what its owner holds, whom it tells of all that leaves. */
  constructor(owner: FewEntries) {
    const index = new CallIndex<number>();
    super(
      index,
      (key, value, cause) => owner.left(key, value, cause),
      owner.capacity,
      () => owner.now(),
    );
    this.#index = index;
    for (const { key, value, expiry } of owner.release()) this.restore(key, value, expiry ?? Infinity);
  }

  findLone(key: CallKey): unknown {
    const { lone } = this.#index;
    // A whole number that the engine knows to be one is looked up without a call.
    const slot = typeof key === 'number' && (key | 0) === key ? lone.get(key | 0) : lone.get(key);
    const used = slot === undefined ? 0 : this.use(slot);
    return used < 0 ? this.findLone(key) : this.valueAt(used);
  }

  findNone(): unknown {
    return this.findLone(NO_ARGUMENTS);
  }

  findShort(count: 2 | 3, a: unknown, b: unknown, c: unknown): unknown {
    const slot = this.#index.short(count, a, b, c);
    const used = slot === undefined ? 0 : this.use(slot);
    return used < 0 ? this.findShort(count, a, b, c) : this.valueAt(used);
  }

  findList(list: readonly unknown[], count: number): unknown {
    const slot = this.#index.list(list, count);
    const used = slot === undefined ? 0 : this.use(slot);
    return used < 0 ? this.findList(list, count) : this.valueAt(used);
  }
}
