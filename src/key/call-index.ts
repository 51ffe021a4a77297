import { ScrambledMap } from '../scrambled-map.js';
import { type CallKey, isTokens } from './call-key.js';
import { Leaf, TokenTree } from './token-tree.js';

/** A map over call keys: a map for the keys that are not token lists, and a tree for token lists. */
export class CallIndex<V> {
  readonly #lone = new ScrambledMap<CallKey, V>();
  readonly #lists = new TokenTree<Listed<V>>();
  #listed = 0;

  get size(): number {
    return this.#lone.size + this.#listed;
  }

  get(key: CallKey): V | undefined {
    return isTokens(key) ? this.#lists.find(key, key.length)?.value : this.#lone.get(key);
  }

  set(key: CallKey, value: V): void {
    if (!isTokens(key)) {
      this.#lone.set(key, value);
      return;
    }
    const known = this.#lists.add(new Listed(key, value));
    if (known === undefined) this.#listed++;
    else known.value = value;
  }

  delete(key: CallKey): boolean {
    if (!isTokens(key)) return this.#lone.delete(key);
    const listed = this.#lists.find(key, key.length);
    if (listed === undefined) return false;
    this.#lists.remove(listed);
    this.#listed--;
    return true;
  }

  clear(): void {
    this.#lone.clear();
    this.#lists.clear();
    this.#listed = 0;
  }

  *values(): Generator<V, undefined, undefined> {
    yield* this.#lone.values();
    for (const { value } of this.#lists.leaves()) yield value;
  }
}

class Listed<V> extends Leaf {
  constructor(
    readonly tokens: readonly unknown[],
    public value: V,
  ) {
    super();
  }
}
