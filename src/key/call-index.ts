import { type CallKey, isTokens } from './call-key.js';
import { type Leaf, TokenTree } from './token-tree.js';

/** A call index: a map from call keys, which finds a lone argument in a Map and token lists in a tree. */
export class CallIndex<V> {
  /** By keys that are no token lists. */
  readonly lone = new Map<unknown, V>();
  #lists: TokenTree<Listed<V>> | undefined;
  #listed = 0;

  get size(): number {
    return this.lone.size + this.#listed;
  }

  get(key: CallKey): V | undefined {
    return isTokens(key) ? this.list(key, key.length) : this.lone.get(key);
  }

  /** What the first `count` tokens of a list stand for. */
  list(list: readonly unknown[], count: number): V | undefined {
    return this.#lists?.find(list, count)?.value;
  }

  /** What the list of two or three arguments stands for that are their own tokens. */
  short(count: 2 | 3, a: unknown, b: unknown, c: unknown): V | undefined {
    return this.#lists?.findShort(count, a, b, c)?.value;
  }

  has(key: CallKey): boolean {
    return this.get(key) !== undefined;
  }

  set(key: CallKey, value: V): void {
    if (!isTokens(key)) {
      this.lone.set(key, value);
      return;
    }
    this.#lists ??= new TokenTree();
    const listed = this.#lists.find(key, key.length);
    if (listed !== undefined) {
      listed.value = value;
      return;
    }
    this.#lists.add({ tokens: key, value });
    this.#listed++;
  }

  delete(key: CallKey): boolean {
    if (!isTokens(key)) return this.lone.delete(key);
    const listed = this.#lists?.find(key, key.length);
    if (listed === undefined) return false;
    this.#listed--;
    return this.#lists!.remove(listed);
  }

  clear(): void {
    this.lone.clear();
    this.#lists = undefined;
    this.#listed = 0;
  }
}

interface Listed<V> extends Leaf {
  value: V;
}
