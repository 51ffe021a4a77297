import { CallIndex } from '../key/call-index.js';
import type { CallKey } from '../key/call-key.js';
import { living, type Reference, referenceTo, whenCollected } from '../platform.js';
import { type SharedHolder, shared } from '../shared-registry.js';

/**
 * The tag index of one cache: it maps tags to entries and entries to tags. All indexes share one table of the caches
 * that have a tag; the table keeps no cache alive if the platform has weak references. Entries without tags cost nothing, and a hit does not use the index.
 */
export class TagIndex {
  readonly #byKey = new CallIndex<Tagged>();
  readonly #byTag = new Map<string, Set<Tagged>>();
  readonly #holder: Reference<SharedHolder>;

  constructor(holder: SharedHolder) {
    this.#holder = referenceTo(holder);
    collected.register(holder, this);
  }

  /** Sets the tags of a key, in place of its previous tags. O(tags). */
  set(key: CallKey, tags: readonly string[]): void {
    this.delete(key);
    if (tags.length === 0) return;
    const tagged: Tagged = { key, tags: [...tags] };
    this.#byKey.set(key, tagged);
    for (const tag of tags) this.#keysWith(tag).add(tagged);
  }

  /** Removes the tags of a key. O(tags). */
  delete(key: CallKey): void {
    const tagged = this.#byKey.get(key);
    if (tagged === undefined) return;
    this.#byKey.delete(key);
    for (const tag of tagged.tags) {
      const keys = this.#byTag.get(tag);
      if (keys?.delete(tagged) && keys.size === 0) this.#removeTag(tag);
    }
  }

  /** Returns the tags of a key. */
  tagsOf(key: CallKey): readonly string[] {
    return this.#byKey.get(key)?.tags ?? [];
  }

  /** Returns the keys that have a tag. O(keys). */
  keys(tag: string): CallKey[] {
    return [...(this.#byTag.get(tag) ?? [])].map(({ key }) => key);
  }

  /** Removes the cache from the table of every tag. Called after the cache was garbage-collected. */
  close(): void {
    for (const tag of [...this.#byTag.keys()]) this.#removeTag(tag);
  }

  #keysWith(tag: string): Set<Tagged> {
    let keys = this.#byTag.get(tag);
    if (keys === undefined) {
      keys = new Set();
      this.#byTag.set(tag, keys);
      const others = shared.holders.get(tag);
      if (others === undefined) shared.holders.set(tag, new Set([this.#holder]));
      else others.add(this.#holder);
    }
    return keys;
  }

  #removeTag(tag: string): void {
    this.#byTag.delete(tag);
    const others = shared.holders.get(tag);
    if (others?.delete(this.#holder) && others.size === 0) shared.holders.delete(tag);
  }
}

/** Returns the caches that have an entry with a tag. */
export function holdersOf(tag: string): SharedHolder[] {
  const references = shared.holders.get(tag);
  if (references === undefined) return [];
  const holders = living(references);
  if (holders.length === 0) shared.holders.delete(tag);
  return holders;
}

/** A key with its tags. */
interface Tagged {
  readonly key: CallKey;
  readonly tags: readonly string[];
}

const collected = /* @__PURE__ */ whenCollected<TagIndex>((index) => index.close());
