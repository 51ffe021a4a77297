import { ReceiverCache } from '../cache/receiver-cache.js';
import type { Definition } from '../definition/definition.js';
import type { Loader } from '../load/loader.js';
import { cacheIn, putCacheIn } from './receiver-slot.js';

/** How entries are divided: one set for all receivers, one for each, or one for each class of receivers. */
export type Sharing = 'one' | 'instance' | 'class';

/** The receivers of one definition: which `this` owns which entries. Keeps none of them alive. */
export class Receivers {
  readonly definition: Definition;
  readonly loader: Loader;
  readonly sharing: Sharing;
  /** The one set of entries, when all receivers share it. */
  readonly shared: ReceiverCache | undefined;
  /** Of those that carry no stamp. */
  #others: WeakMap<object, ReceiverCache> | undefined;
  /** For a `this` that is no object. Bounded, since nothing tells when a primitive is no longer used. */
  #primitives: Map<unknown, ReceiverCache> | undefined;

  /** Whether receivers carry their entries: not for a function that a long-lived receiver would keep alive. */
  readonly #areSlotted: boolean;

  constructor(definition: Definition, loader: Loader, sharing: Sharing) {
    this.definition = definition;
    this.loader = loader;
    this.sharing = sharing;
    this.#areSlotted = sharing === 'instance' && definition.role !== 'function';
    if (sharing !== 'one') return;
    const shared = new ReceiverCache(definition);
    this.shared = shared;
    definition.clearShared = () => shared.clearIfOutdated();
  }

  /** The entries of a receiver, made when it is first seen. */
  of(receiver: unknown): ReceiverCache {
    if (this.#areSlotted && typeof receiver === 'object' && receiver !== null) {
      const cache = cacheIn(receiver);
      if (cache !== undefined && cache.definition === this.definition) return cache;
    }
    return this.#find(receiver);
  }

  #find(receiver: unknown): ReceiverCache {
    if (this.shared !== undefined) return this.shared;
    if ((typeof receiver !== 'object' && typeof receiver !== 'function') || receiver === null) {
      return this.#ofPrimitive(receiver);
    }
    let cache = this.#areSlotted ? cacheIn(receiver) : undefined;
    while (cache !== undefined && cache.definition !== this.definition) cache = cache.next;
    return cache ?? this.#ofOther(this.sharing === 'class' ? classOf(receiver) : receiver, receiver);
  }

  #ofOther(owner: object, receiver: object): ReceiverCache {
    const known = this.#others?.get(owner);
    if (known !== undefined) return known;
    this.#meet(receiver);
    const first = this.#areSlotted ? cacheIn(owner) : undefined;
    if (this.#areSlotted && countOf(first) < MOST_SLOTTED) {
      const cache = new ReceiverCache(this.definition, first);
      if (putCacheIn(owner, cache)) return cache;
    }
    this.#others ??= new WeakMap();
    const cache = new ReceiverCache(this.definition);
    this.#others.set(owner, cache);
    return cache;
  }

  #meet(receiver: object): void {
    try {
      this.definition.meet(classOf(receiver));
    } catch {
      // A proxy that does not tell: only the label will miss it.
    }
  }

  #ofPrimitive(receiver: unknown): ReceiverCache {
    this.#primitives ??= new Map();
    const primitives = this.#primitives;
    const owner = Object.is(receiver, -0) ? MINUS_ZERO : receiver;
    const cache = primitives.get(owner) ?? new ReceiverCache(this.definition);
    primitives.delete(owner);
    primitives.set(owner, cache);
    const [oldest] = primitives.keys();
    if (primitives.size > MOST_PRIMITIVES) primitives.delete(oldest);
    return cache;
  }
}

/** As many caches as a receiver carries: they are looked for one after the other, and keep their definitions. */
const MOST_SLOTTED = 8;

function countOf(cache: ReceiverCache | undefined): number {
  let count = 0;
  for (let each = cache; each !== undefined; each = each.next) count++;
  return count;
}

const MOST_PRIMITIVES = 128;

/** Stands for -0, which a Map takes for 0. */
const MINUS_ZERO = {};

/** What the instances of one class have in common: their prototype. A static's receiver is a class itself. */
function classOf(receiver: object): object {
  return typeof receiver === 'function' ? receiver : (Object.getPrototypeOf(receiver) ?? receiver);
}
