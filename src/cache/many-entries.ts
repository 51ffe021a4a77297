import { type CallKey, NO_ARGUMENTS } from '../key/call-key.js';
import { BoundedMap } from '../lru/bounded-map.js';
import { CallSlots } from './call-slots.js';
import type { Entries } from './entries.js';
import type { FewEntries } from './few-entries.js';

/** Many entries of one receiver, in a bounded map. */
export class ManyEntries extends BoundedMap<CallKey, unknown, CallSlots> implements Entries {
  /** Takes over the entries of their owner, which it tells of every eviction. */
  constructor(owner: FewEntries, isWeighed = false) {
    super(
      () => new CallSlots(),
      (key, value, cause) => owner.onEvicted(key, value, cause),
      owner.capacity,
      () => owner.now(),
      isWeighed,
    );
    for (const { key, value, expiry } of owner.takeAll()) this.add(key, value, expiry);
  }

  findLone(key: CallKey): unknown {
    const { lone } = this.index;
    // The engine looks a whole number up without a call.
    if (typeof key === 'number' && (key | 0) === key) {
      const at = (key - lone.base) >>> 0;
      return at < lone.width ? this.#found(lone.window[at], key) : this.#found(lone.numbers.get(key | 0), key);
    }
    return this.#found(lone.others.get(key), key);
  }

  findNone(): unknown {
    return this.findLone(NO_ARGUMENTS);
  }

  findShort(count: 2 | 3, a: unknown, b: unknown, c: unknown): unknown {
    const used = this.#use(this.index.lists.findShort(count, a, b, c)?.slot);
    return used < 0 ? this.findShort(count, a, b, c) : this.valueAt(used);
  }

  findList(list: readonly unknown[], count: number): unknown {
    const used = this.#use(this.index.lists.find(list, count)?.slot);
    return used < 0 ? this.findList(list, count) : this.valueAt(used);
  }

  /** The stored value of a slot that was looked up for a key; or `undefined`. */
  #found(slot: number | undefined, key: CallKey): unknown {
    if (!slot) return undefined;
    const used = this.use(slot);
    return used < 0 ? this.findLone(key) : this.valueAt(used);
  }

  #use(slot: number | undefined): number {
    return slot ? this.use(slot) : 0;
  }
}
