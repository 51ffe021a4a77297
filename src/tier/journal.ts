import { entriesOf } from '../platform.js';
import type { Invalidated, InvalidationMode, StoreKey } from '../store/store.js';

/** The most names that a journal holds, and the most that one batch has. */
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
 * A journal: the invalidations that a store that did not work could not be told. Beyond 10,000 names, whole namespaces stand
 * for their keys, and all namespaces for tags. A removal is kept where the same is to be expired too.
 */
export class Journal {
  readonly #entries = new Map<string, Journaled>();
  readonly #namespaces: () => readonly string[];

  /** @param namespaces Returns all namespaces of this process. */
  constructor(namespaces: () => readonly string[]) {
    this.#namespaces = namespaces;
  }

  get isEmpty(): boolean {
    return this.#entries.size === 0;
  }

  add({ what, mode }: Journaled): void {
    if ('keys' in what) for (const key of what.keys) this.#set({ keys: [key] }, mode);
    else if ('tags' in what) for (const tag of what.tags) this.#set({ tags: [tag] }, mode);
    else this.#set(what, mode);
    if (this.#entries.size <= MOST) return;
    this.#replace(
      (each) => 'keys' in each,
      ({ what: each }) => [(each as { keys: StoreKey[] }).keys[0]!.namespace],
    );
    if (this.#entries.size > MOST) this.#replace((each) => 'tags' in each, this.#namespaces);
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
    for (const [text, entry] of told) if (this.#entries.get(text) === entry) this.#entries.delete(text);
  }

  #set(what: Invalidated, mode: InvalidationMode): void {
    const text = JSON.stringify('keys' in what ? [what.keys[0]!.namespace, what.keys[0]!.key] : what);
    const isRemoved = this.#entries.get(text)?.mode === 'remove';
    this.#entries.set(text, { what, mode: isRemoved ? 'remove' : mode });
  }

  /** Replaces entries of one kind by namespaces. */
  #replace(isReplaced: (what: Invalidated) => boolean, namespacesOf: (entry: Journaled) => readonly string[]): void {
    for (const [text, entry] of [...this.#entries]) {
      if (!isReplaced(entry.what)) continue;
      this.#entries.delete(text);
      for (const namespace of namespacesOf(entry)) this.#set({ namespace }, entry.mode);
    }
  }
}
