import { type CallKey, isTokens } from '../key/call-key.js';
import { ListIndex } from '../key/list-index.js';
import { type Index, SlotIndex } from '../lru/slot-index.js';

/** The slots of call keys. A hit asks the part that its key belongs to. */
export class CallSlots implements Index<CallKey> {
  /** The slots of keys that are no token lists. */
  readonly lone = new SlotIndex<CallKey>();
  readonly lists = new ListIndex<number>();

  get size(): number {
    return this.lone.size + this.lists.size;
  }

  get(key: CallKey): number {
    return isTokens(key) ? (this.lists.get(key, key.length) ?? 0) : this.lone.get(key);
  }

  set(key: CallKey, slot: number): void {
    if (isTokens(key)) this.lists.set(key, slot);
    else this.lone.set(key, slot);
  }

  delete(key: CallKey): void {
    if (isTokens(key)) this.lists.delete(key);
    else this.lone.delete(key);
  }

  clear(): void {
    this.lone.clear();
    this.lists.clear();
  }
}
