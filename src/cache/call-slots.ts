import { type CallKey, isTokens } from '../key/call-key.js';
import { Leaf, TokenTree } from '../key/token-tree.js';
import { type Index, SlotIndex } from '../lru/slot-index.js';

/** The slots of call keys. A hit asks the part that its key belongs to. */
export class CallSlots implements Index<CallKey> {
  /** The slots of keys that are no token lists. */
  readonly lone = new SlotIndex<CallKey>();
  /** The slots of token lists. */
  readonly lists = new TokenTree<SlotLeaf>();
  /** The leaf of each slot whose key is a token list. */
  readonly #leaves: (SlotLeaf | undefined)[] = [];
  #listed = 0;

  get size(): number {
    return this.lone.size + this.#listed;
  }

  get(key: CallKey): number {
    return isTokens(key) ? (this.lists.find(key, key.length)?.slot ?? 0) : this.lone.get(key);
  }

  set(key: CallKey, slot: number): void {
    if (!isTokens(key)) {
      this.lone.set(key, slot);
      return;
    }
    const leaf = new SlotLeaf(key, slot);
    while (this.#leaves.length < slot) this.#leaves.push(undefined);
    this.#leaves[slot] = leaf;
    this.lists.add(leaf);
    this.#listed++;
  }

  delete(key: CallKey, slot: number): void {
    const leaf = this.#leaves[slot];
    if (!isTokens(key)) this.lone.delete(key);
    else if (leaf?.tokens === key) {
      this.lists.remove(leaf);
      this.#leaves[slot] = undefined;
      this.#listed--;
    }
  }
}

class SlotLeaf extends Leaf {
  constructor(
    readonly tokens: readonly unknown[],
    readonly slot: number,
  ) {
    super();
  }
}
