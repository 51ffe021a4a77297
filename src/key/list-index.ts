import { type Leaf, TokenTree } from './token-tree.js';

/** A map over token lists. */
export class ListIndex<V> {
  #tree: TokenTree<Listed<V>> | undefined;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** The value of the first `count` tokens of a list. */
  get(list: readonly unknown[], count: number): V | undefined {
    return this.#tree?.find(list, count)?.value;
  }

  /** The value of the list of two or three arguments that are their own tokens. */
  getShort(count: 2 | 3, a: unknown, b: unknown, c: unknown): V | undefined {
    return this.#tree?.findShort(count, a, b, c)?.value;
  }

  set(tokens: readonly unknown[], value: V): void {
    this.#tree ??= new TokenTree();
    const known = this.#tree.add(new Listed(tokens, value));
    if (known === undefined) this.#size++;
    else known.value = value;
  }

  delete(tokens: readonly unknown[]): boolean {
    if (this.#tree?.remove(tokens) !== true) return false;
    this.#size--;
    return true;
  }

  clear(): void {
    this.#tree = undefined;
    this.#size = 0;
  }

  *values(): Generator<V, undefined, undefined> {
    for (const { value } of this.#tree?.leaves() ?? []) yield value;
  }
}

class Listed<V> implements Leaf {
  constructor(
    readonly tokens: readonly unknown[],
    public value: V,
  ) {}
}
