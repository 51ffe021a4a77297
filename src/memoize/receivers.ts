import { ReceiverCache } from '../cache/receiver-cache.js';
import type { Definition } from '../definition/definition.js';
import type { Scope, Sharing } from '../definition/sharing.js';
import { askPrototype } from '../key/kind.js';
import type { Loader } from '../load/loader.js';
import { sameValue } from '../platform.js';
import { requireOption } from '../validate.js';
import type { CallCache } from './call-cache.js';
import { cacheIn, putCacheIn } from './receiver-slot.js';

/** The receivers of one definition: a map from each `this` to its entries. It does not keep any receiver alive. */
export class Receivers {
  readonly definition: Definition;
  readonly loader: Loader;
  readonly sharing: Sharing;
  /** The only set of entries, if all receivers share one. */
  readonly shared: ReceiverCache | undefined;
  /** The caches of receivers or classes that have no slot for this definition. */
  #others: WeakMap<object, ReceiverCache> | undefined;
  /** The caches of primitive receivers. The map is bounded, because a primitive is never collected. */
  #primitives: Map<unknown, ReceiverCache> | undefined;

  /**
   * Whether receivers hold their caches in slots. A function's receivers do not: a long-lived one would keep its cache
   * alive.
   */
  readonly #areSlotted: boolean;

  constructor(definition: Definition, loader: Loader, sharing: Sharing) {
    this.definition = definition;
    this.loader = loader;
    this.sharing = sharing;
    this.#areSlotted = sharing === 'instance' && definition.role !== 'function';
    if (sharing !== 'one') return;
    this.shared = new ReceiverCache(definition);
    definition.sharedCache = this.shared;
  }

  /** Returns the cache of a receiver. Makes it when the receiver is first seen. */
  of(receiver: unknown): ReceiverCache {
    if (this.#areSlotted && typeof receiver === 'object' && receiver !== null) {
      const cache = cacheIn(receiver);
      if (cache !== undefined && cache.definition === this.definition) return cache;
    }
    return this.#find(receiver);
  }

  /** Returns the cache of a receiver in the form that users get; `undefined` if a bundle has left out `cacheOf`. */
  cacheOf(receiver: unknown): CallCache | undefined {
    return publicForm.of?.(this, receiver);
  }

  #find(receiver: unknown): ReceiverCache {
    const { shared, sharing } = this;
    if (shared !== undefined) return shared;
    if (typeof sharing === 'object') return this.#inScope(sharing, receiver);
    if ((typeof receiver !== 'object' && typeof receiver !== 'function') || receiver === null) {
      return this.#ofPrimitive(receiver);
    }
    let cache = this.#areSlotted ? cacheIn(receiver) : undefined;
    while (cache !== undefined && cache.definition !== this.definition) cache = cache.next;
    return cache ?? this.#ofOther(sharing === 'class' ? classOf(receiver) : receiver, receiver);
  }

  /** The cache of a receiver in a scope. A call outside of the scope gets an empty one, which nothing else uses. */
  #inScope(scope: Scope, receiver: unknown): ReceiverCache {
    const owner = scope.owner(this.definition.role === 'function' ? undefined : receiver);
    const isOwner = owner === undefined || Object(owner) === owner;
    requireOption(isOwner, 'per', 'a scope whose owners are objects', owner);
    return this.#ofOther(owner ?? {}, receiver);
  }

  #ofOther(owner: object, receiver: unknown): ReceiverCache {
    const known = this.#others?.get(owner);
    if (known !== undefined) return known;
    this.#meet(receiver);
    const first = this.#areSlotted ? cacheIn(owner) : undefined;
    if (this.#areSlotted && countOf(first) < MOST_SLOTTED) {
      const cache = new ReceiverCache(this.definition, receiver, first);
      if (putCacheIn(owner, cache)) return cache;
    }
    this.#others ??= new WeakMap();
    const cache = new ReceiverCache(this.definition, receiver);
    this.#others.set(owner, cache);
    return cache;
  }

  #meet(receiver: unknown): void {
    try {
      this.definition.rememberClass(classOf(receiver as object));
    } catch {
      // The receiver is a primitive, or a proxy that throws for its prototype. The label of the definition lacks the class.
    }
  }

  #ofPrimitive(receiver: unknown): ReceiverCache {
    this.#primitives ??= new Map();
    const primitives = this.#primitives;
    const owner = sameValue(receiver, -0) ? MINUS_ZERO : receiver;
    const cache = primitives.get(owner) ?? new ReceiverCache(this.definition, receiver);
    primitives.delete(owner);
    primitives.set(owner, cache);
    const [oldest] = primitives.keys();
    if (primitives.size > MOST_PRIMITIVES) primitives.delete(oldest);
    return cache;
  }
}

/** Makes the public form of a cache. The module of `cacheOf` provides it, so that a bundle without `cacheOf` is smaller. */
export const publicForm: { of: ((receivers: Receivers, receiver: unknown) => CallCache) | undefined } = {
  of: undefined,
};

/**
 * The most caches that a receiver holds in its slot. A lookup goes through them one by one, and each keeps its
 * definition alive.
 */
const MOST_SLOTTED = 8;

function countOf(cache: ReceiverCache | undefined): number {
  let count = 0;
  for (let each = cache; each !== undefined; each = each.next) count++;
  return count;
}

const MOST_PRIMITIVES = 128;

/** Replaces -0 as a key, because a Map treats -0 and 0 as the same key. */
const MINUS_ZERO = {};

/**
 * The object that identifies the class of a receiver: its prototype. The receiver of a static method is a class itself.
 */
function classOf(receiver: object): object {
  return typeof receiver === 'function' ? receiver : (askPrototype(receiver) ?? receiver);
}
