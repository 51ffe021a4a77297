import { CallIndex } from '../key/call-index.js';
import type { CallKey } from '../key/call-key.js';

/** Whose entries have tags. */
export interface TagHolder {
  /** Forgets the entries that have a tag. Returns how many they were. */
  removeTagged(tag: string): number;
  /** Tells listeners what has left. It may throw. */
  flushEvictions(): void;
}

/**
 * A tag index: which entries of one cache have which tags. All indexes together know which caches have a tag, and keep
 * none of those alive. What has no tags costs nothing, and no hit comes here.
 */
export class TagIndex {
  readonly #byKey = new CallIndex<Tagged>();
  readonly #byTag = new Map<string, Set<Tagged>>();
  readonly #holder: WeakRef<TagHolder>;

  constructor(holder: TagHolder) {
    this.#holder = new WeakRef(holder);
    collected.register(holder, this);
  }

  /** Gives a key its tags, in place of those it had. O(tags). */
  set(key: CallKey, tags: readonly string[]): void {
    this.delete(key);
    if (tags.length === 0) return;
    const tagged: Tagged = { key, tags: [...tags] };
    this.#byKey.set(key, tagged);
    for (const tag of tags) this.#keysOf(tag).add(tagged);
  }

  /** Takes a key's tags away. O(tags). */
  delete(key: CallKey): void {
    const tagged = this.#byKey.get(key);
    if (tagged === undefined) return;
    this.#byKey.delete(key);
    for (const tag of tagged.tags) {
      const keys = this.#byTag.get(tag);
      if (keys?.delete(tagged) && keys.size === 0) this.#leave(tag);
    }
  }

  /** The keys that have a tag. O(keys). */
  keys(tag: string): CallKey[] {
    return [...(this.#byTag.get(tag) ?? [])].map(({ key }) => key);
  }

  /** Leaves the caches of every tag. For an index whose cache is dead. */
  close(): void {
    for (const tag of [...this.#byTag.keys()]) this.#leave(tag);
  }

  #keysOf(tag: string): Set<Tagged> {
    let keys = this.#byTag.get(tag);
    if (keys === undefined) {
      keys = new Set();
      this.#byTag.set(tag, keys);
      const others = holders.get(tag);
      if (others === undefined) holders.set(tag, new Set([this.#holder]));
      else others.add(this.#holder);
    }
    return keys;
  }

  #leave(tag: string): void {
    this.#byTag.delete(tag);
    const others = holders.get(tag);
    if (others?.delete(this.#holder) && others.size === 0) holders.delete(tag);
  }
}

/** The caches that have an entry with a tag. */
export function holdersOf(tag: string): TagHolder[] {
  return [...(holders.get(tag) ?? [])].flatMap((reference) => reference.deref() ?? []);
}

interface Tagged {
  readonly key: CallKey;
  readonly tags: readonly string[];
}

const holders = /* @__PURE__ */ new Map<string, Set<WeakRef<TagHolder>>>();
const collected = /* @__PURE__ */ new FinalizationRegistry<TagIndex>((index) => index.close());
