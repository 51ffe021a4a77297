import { type CallKey, NO_ARGUMENTS } from '../key/call-key.js';
import { BoundedMap } from '../lru/bounded-map.js';
import { CallSlots } from './call-slots.js';
import type { Entries } from './entries.js';
import type { FewEntries } from './few-entries.js';

/** Many entries of one receiver, in a bounded map. */
export class ManyEntries extends BoundedMap<CallKey, unknown> implements Entries {
  readonly #slots: CallSlots;

  /** Takes over the entries of their owner, which it tells of every eviction. */
  constructor(owner: FewEntries) {
    const slots = new CallSlots();
    super(
      slots,
      (key, value, cause) => owner.onEvicted(key, value, cause),
      owner.capacity,
      () => owner.now(),
    );
    this.#slots = slots;
    for (const { key, value, expiry } of owner.takeAll()) this.restore(key, value, expiry ?? Infinity);
  }

  findLone(key: CallKey): unknown {
    const used = this.#use(this.#slotOf(key));
    return used < 0 ? this.findLone(key) : this.valueAt(used);
  }

  findNone(): unknown {
    return this.findLone(NO_ARGUMENTS);
  }

  findShort(count: 2 | 3, a: unknown, b: unknown, c: unknown): unknown {
    const used = this.#use(this.#slots.lists.getShort(count, a, b, c) ?? 0);
    return used < 0 ? this.findShort(count, a, b, c) : this.valueAt(used);
  }

  findList(list: readonly unknown[], count: number): unknown {
    const used = this.#use(this.#slots.lists.get(list, count) ?? 0);
    return used < 0 ? this.findList(list, count) : this.valueAt(used);
  }

  /** The slot of a key that is no token list, or 0. */
  #slotOf(key: CallKey): number {
    const { lone } = this.#slots;
    if (typeof key !== 'number' || (key | 0) !== key) return lone.get(key);
    // A whole number is looked up here, without a call.
    const { window } = lone;
    const at = (key - lone.base) >>> 0;
    return at < window.length ? window[at]! : lone.get(key | 0);
  }

  #use(slot: number): number {
    return slot === 0 ? 0 : this.use(slot);
  }
}
