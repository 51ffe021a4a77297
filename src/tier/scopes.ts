import type { ReceiverCache } from '../cache/receiver-cache.js';
import type { Definition } from '../definition/definition.js';
import type { Sharing } from '../definition/sharing.js';
import { mismatch, OptionError } from '../errors.js';
import { living, nameOf, peek, prototypeOf, type Reference, referenceTo } from '../platform.js';
import { requireFunction } from '../validate.js';

/** A scope: the part of a definition's results in a store that one receiver has. */
export interface Scope {
  /** What stands before the key of each call. */
  readonly prefix: string;
  /** The tag of all results of the scope; `undefined` for all results of the definition. */
  readonly tag: string | undefined;
}

/** The scope of a definition whose receivers share one cache. */
const WHOLE: Scope = { prefix: '', tag: undefined };

/** How many caches are added at least before collected ones are looked for. */
const SPARE = 64;

/** The scopes of a definition, by cache. */
export class Scopes {
  readonly #definition: Definition;
  readonly #sharing: Sharing;
  readonly #byCache = new WeakMap<ReceiverCache, Scope>();
  /** The caches of each scope, by prefix. */
  readonly #caches = new Map<string, Set<Reference<ReceiverCache>>>();
  /** The caches that were added since collected ones were dropped, and the most before that is done again. */
  #added = 0;
  #most = SPARE;
  /** The class of each name, as two of one name would share results. */
  readonly #classes = new Map<string, Reference<object>>();

  /** @throws OptionError where the instances of a class would share results. */
  constructor(definition: Definition, sharing: Sharing, isStatic: boolean) {
    this.#definition = definition;
    this.#sharing = sharing;
    const { id } = definition.options;
    requireFunction('id', id);
    if (typeof sharing === 'object') this.#refuse('store: expected no scope as the option per beside it');
    const isNamed = sharing === 'instance' && !isStatic;
    if (!isNamed && id !== undefined) this.#refuse('id: expected a method whose instances have entries of their own');
    if (isNamed && id === undefined) {
      this.#refuse("store: expected per: 'class' or id beside it, because instances would share what is stored");
    }
  }

  /** Names the scope of a new cache. @throws OptionError when the receiver has no name. */
  add(cache: ReceiverCache, receiver: unknown, namespace: () => string): void {
    const scope = this.#sharing === 'one' ? WHOLE : this.#scopeOf(receiver, namespace);
    this.#byCache.set(cache, scope);
    const caches = this.#caches.get(scope.prefix) ?? new Set();
    this.#caches.set(scope.prefix, caches.add(referenceTo(cache)));
    if (++this.#added <= this.#most) return;
    // Drops the references to collected caches before there are as many as to others.
    this.#most = SPARE + this.caches().length;
    this.#added = 0;
  }

  /** The caches of all scopes. O(caches). */
  caches(): ReceiverCache[] {
    const all: ReceiverCache[] = [];
    for (const prefix of [...this.#caches.keys()]) all.push(...this.withPrefix(prefix));
    return all;
  }

  /** The caches of one scope: several, where instances have one id. */
  withPrefix(prefix: string): ReceiverCache[] {
    const caches = living(this.#caches.get(prefix) ?? new Set<Reference<ReceiverCache>>());
    if (caches.length === 0) this.#caches.delete(prefix);
    return caches;
  }

  /** The caches to which a key of the store may belong. */
  withKey(key: string): ReceiverCache[] {
    if (this.#sharing === 'one') return this.withPrefix('');
    // The end of a prefix may also be in the texts after it.
    for (let end = key.indexOf('](') + 1; end > 0; end = key.indexOf('](', end) + 1) {
      const prefix = key.slice(0, end);
      if (this.#caches.has(prefix)) return this.withPrefix(prefix);
    }
    return [];
  }

  of(cache: ReceiverCache): Scope {
    return this.#byCache.get(cache)!;
  }

  #scopeOf(receiver: unknown, namespace: () => string): Scope {
    const { role, options } = this.#definition;
    const parts: string[] = [];
    if (role !== 'function' || this.#sharing === 'class') parts.push(this.#classNameOf(receiver));
    const { id } = options;
    if (id !== undefined && typeof receiver !== 'function') {
      const text: unknown = id(receiver);
      if (typeof text !== 'string') this.#refuse(mismatch('id', 'a string as its result', text));
      parts.push(text as string);
    }
    const prefix = JSON.stringify(parts);
    return { prefix, tag: `\0${namespace()}\0${prefix}` };
  }

  #classNameOf(receiver: unknown): string {
    const isClass = typeof receiver === 'function';
    if (receiver === undefined || receiver === null)
      this.#refuse('store: expected a receiver, as results belong to its class');
    const owner = (isClass ? receiver : prototypeOf(receiver)) as object;
    const name = nameOf(isClass ? receiver : peek(owner, 'constructor'));
    if (name === '') this.#refuse('store: expected a class with a name');
    const known = this.#classes.get(name)?.deref();
    if (known !== undefined && known !== owner) {
      this.#refuse(`store: two classes have the name ${name}, so they would share what is stored`);
    }
    if (known === undefined) this.#classes.set(name, referenceTo(owner));
    return name;
  }

  #refuse(reason: string): never {
    throw new OptionError(`${this.#definition.name}: ${reason}`);
  }
}

/** Returns the scope that a tag stands for, if it is one of a scope and none of the user. */
export function scopeOfTag(tag: string): { readonly namespace: string; readonly prefix: string } | undefined {
  const end = tag.lastIndexOf('\0');
  return tag[0] === '\0' && end > 0 ? { namespace: tag.slice(1, end), prefix: tag.slice(end + 1) } : undefined;
}
