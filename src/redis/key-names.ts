import { hexOf } from '../store/hash.js';
import type { Invalidated, StoreKey } from '../store/store.js';

/** The format of keys and entries. Another one has other keys, so versions of memokit may differ side by side. */
const FORMAT = 'v1';

/** The most bytes of a name that the server is given as it is. */
const LONGEST = 200;

type Maybe<T> = T | Promise<T>;

/**
 * The keys that a store has on the server. All have one hash tag, so they are in one slot of a cluster, where one script can
 * reach an entry, its lease and its marks.
 */
export class KeyNames {
  /** What all keys begin with. */
  readonly base: string;
  readonly clock: string;
  readonly channel: string;
  /** The last namespace, and how it stands in names. Most calls are about one that was just asked for. */
  #last: readonly [namespace: string, text: string] = ['', ''];

  constructor(prefix: string, channel: string | undefined) {
    this.base = `{${prefix}}:${FORMAT}`;
    this.clock = `${this.base}.clock`;
    this.channel = channel ?? `${this.base}.events`;
  }

  /** The part of a key's names that tells it from other keys. */
  of({ namespace, key }: StoreKey): Maybe<string> {
    if (namespace !== this.#last[0]) this.#last = [namespace, escaped(namespace).replaceAll(':', '%3A')];
    return short(`${this.#last[1]}:${escaped(key)}`);
  }

  entry(name: string): string {
    return `${this.base}:${name}`;
  }

  lease(name: string): string {
    return `${this.base}.lease:${name}`;
  }

  /** The name of the mark of a namespace or tag, as entries have it. */
  mark(kind: 'namespace' | 'tag', text: string): Maybe<string> {
    const name = short(escaped(text));
    return typeof name === 'string' ? `${kind}:${name}` : name.then((hash) => `${kind}:${hash}`);
  }

  /** The names of the marks that end an entry. */
  marks(namespace: string, tags: readonly string[]): Maybe<string[]> {
    return all([this.mark('namespace', namespace), ...tags.map((tag) => this.mark('tag', tag))]);
  }

  /** The names of the marks that an invalidation sets. */
  marksOf(what: Invalidated): Maybe<string[]> {
    if ('tags' in what) return all(what.tags.map((tag) => this.mark('tag', tag)));
    return 'namespace' in what ? this.marks(what.namespace, []) : [];
  }

  /** The key of a mark. */
  keyOfMark(mark: string): string {
    return `${this.base}.${mark}`;
  }
}

/** Waits for names only if one of them is not there yet. */
export function all(names: Maybe<string>[]): Maybe<string[]> {
  return names.every((name) => typeof name === 'string') ? (names as string[]) : Promise.all(names);
}

/** Returns a text without control characters and halves of characters, and a different one for each text. */
function escaped(text: string): string {
  return text.replace(UNSAFE, (found) => `%${found.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Returns a name that is not too long: a hash in the place of one that is. A reader compares the whole key of the entry. */
function short(name: string): Maybe<string> {
  if (name.length * 3 <= LONGEST) return name;
  const bytes = new TextEncoder().encode(name);
  return bytes.length <= LONGEST ? name : hexOf('SHA-256', bytes).then((hash) => `#${hash}`);
}

// Halves of characters, which have no UTF-8; and the signs that stand for them, and for hashes.
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters separate the parts of an entry
const UNSAFE = /[\0-\x1f%]|^#|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;
