import type { Invalidated, InvalidationMode, StoreKey } from '../store/store.js';

/** The most keys that a journal holds one by one. */
const MOST_KEYS = 10_000;

/** An invalidation that a store has to be told. */
export interface Journaled {
  readonly what: Invalidated;
  readonly mode: InvalidationMode;
}

/**
 * A journal: the invalidations that a store that did not work could not be told. Beyond 10,000 names, whole namespaces stand for
 * their keys. A removal is kept, where the same is to be expired too.
 */
export class Journal {
  #entries = new Map<string, Journaled>();

  get isEmpty(): boolean {
    return this.#entries.size === 0;
  }

  add({ what, mode }: Journaled): void {
    if ('keys' in what) for (const key of what.keys) this.#set({ keys: [key] }, mode);
    else if ('tags' in what) for (const tag of what.tags) this.#set({ tags: [tag] }, mode);
    else this.#set(what, mode);
    if (this.#entries.size > MOST_KEYS) this.#merge();
  }

  /** The invalidations with the text under which each is removed. */
  list(): [string, Journaled][] {
    return [...this.#entries];
  }

  /** Removes what the store was told, unless the same was invalidated again in the meantime. */
  remove(text: string, told: Journaled): void {
    if (this.#entries.get(text) === told) this.#entries.delete(text);
  }

  #set(what: Invalidated, mode: InvalidationMode): void {
    const text = JSON.stringify('keys' in what ? [what.keys[0]!.namespace, what.keys[0]!.key] : what);
    const isRemoved = this.#entries.get(text)?.mode === 'remove';
    this.#entries.set(text, { what, mode: isRemoved ? 'remove' : mode });
  }

  #merge(): void {
    const entries = this.#entries;
    this.#entries = new Map();
    for (const { what, mode } of entries.values()) {
      this.#set('keys' in what ? { namespace: (what.keys[0] as StoreKey).namespace } : what, mode);
    }
  }
}
