import { entriesOf } from '../platform.js';
import type { Invalidated, InvalidationMode, StoreKey } from '../store/store.js';

/** The most keys that a journal holds, and the most names that one batch has. */
const MOST = 10_000;
const BATCH = 256;

/** An invalidation that a store has to be told, with the texts under which its parts are noted. */
export interface Journaled {
  readonly what: Invalidated;
  readonly mode: InvalidationMode;
}

/** A part of a batch. */
type Noted = [text: string, entry: Journaled];

/**
 * A journal: the invalidations that a store that did not work could not be told. Beyond 10,000 keys, whole namespaces stand
 * for them. All tags are kept, since nobody here knows in which namespaces other processes use them. A removal is kept
 * where the same is to be expired too.
 */
export class Journal {
  readonly #entries = new Map<string, Journaled>();
  /** How many of them are keys. */
  #keys = 0;

  get isEmpty(): boolean {
    return this.#entries.size === 0;
  }

  add({ what, mode }: Journaled): void {
    if ('keys' in what) for (const key of what.keys) this.#set({ keys: [key] }, mode);
    else if ('tags' in what) for (const tag of what.tags) this.#set({ tags: [tag] }, mode);
    else this.#set(what, mode);
    if (this.#keys > MOST) this.#replaceKeys();
  }

  /** Returns the first invalidations of one kind and mode as one, with what to remove once the store was told. O(batch). */
  batch(): [told: readonly Noted[], batch: Journaled] | undefined {
    const told: Noted[] = [];
    let first: Journaled | undefined;
    for (const noted of this.#entries) {
      const [, { what, mode }] = noted;
      first ??= noted[1];
      const [kind] = entriesOf(what)[0]!;
      if (mode !== first.mode || !(kind in first.what) || told.length === BATCH) break;
      told.push(noted);
      if (kind === 'namespace') break;
    }
    if (first === undefined) return undefined;
    const all = (kind: string) => told.flatMap(([, { what }]) => (what as Record<string, unknown>)[kind]);
    const { what, mode } = first;
    if ('keys' in what) return [told, { what: { keys: all('keys') as StoreKey[] }, mode }];
    return [told, { what: 'tags' in what ? { tags: all('tags') as string[] } : what, mode }];
  }

  /** Removes what the store was told, unless the same was invalidated again in the meantime. */
  remove(told: readonly Noted[]): void {
    for (const [text, entry] of told) if (this.#entries.get(text) === entry) this.#delete(text, entry);
  }

  #set(what: Invalidated, mode: InvalidationMode): void {
    const text = JSON.stringify('keys' in what ? [what.keys[0]!.namespace, what.keys[0]!.key] : what);
    const before = this.#entries.get(text);
    if (before === undefined && 'keys' in what) this.#keys++;
    this.#entries.set(text, { what, mode: before?.mode === 'remove' ? 'remove' : mode });
  }

  #delete(text: string, { what }: Journaled): void {
    this.#entries.delete(text);
    if ('keys' in what) this.#keys--;
  }

  #replaceKeys(): void {
    for (const [text, entry] of [...this.#entries]) {
      if (!('keys' in entry.what)) continue;
      this.#delete(text, entry);
      this.#set({ namespace: entry.what.keys[0]!.namespace }, entry.mode);
    }
  }
}
