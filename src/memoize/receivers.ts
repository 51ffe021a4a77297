import type { Definition } from '../definition/definition.js';
import { ReadThrough } from '../load/read-through.js';
import { Resilient } from '../resilience/resilient-loader.js';
import { stampOf, stampOn } from './receiver-slot.js';

/** How entries are divided: one set for all receivers, one for each, or one for each class of receivers. */
export type Sharing = 'one' | 'instance' | 'class';

/** The receivers of one definition: which `this` owns which entries. Keeps none of them alive. */
export class Receivers {
  readonly definition: Definition;
  readonly sharing: Sharing;
  /** The one set of entries, when all receivers share it. */
  readonly sole: ReadThrough | undefined;
  /** Of those that carry no stamp. */
  #others: WeakMap<object, ReadThrough> | undefined;
  /** For a `this` that is no object. Bounded, since nothing tells when a primitive is no longer used. */
  #primitives: Map<unknown, ReadThrough> | undefined;

  /** Whether receivers carry their entries: not for a function that a long-lived receiver would keep alive. */
  readonly #stamps: boolean;

  constructor(definition: Definition, sharing: Sharing) {
    this.definition = definition;
    this.sharing = sharing;
    this.#stamps = sharing === 'instance' && definition.role !== 'function';
    if (sharing !== 'one') return;
    const sole = this.#make();
    this.sole = sole;
    definition.emptySole = () => sole.renew();
  }

  /** The entries of a receiver, made when it is first seen. */
  of(receiver: unknown): ReadThrough {
    if (this.#stamps && typeof receiver === 'object' && receiver !== null) {
      const cache = stampOf(receiver);
      if (cache !== undefined && cache.definition === this.definition) return cache;
    }
    return this.#find(receiver);
  }

  #find(receiver: unknown): ReadThrough {
    if (this.sole !== undefined) return this.sole;
    if ((typeof receiver !== 'object' && typeof receiver !== 'function') || receiver === null) {
      return this.#ofPrimitive(receiver);
    }
    let cache = this.#stamps ? stampOf(receiver) : undefined;
    while (cache !== undefined && cache.definition !== this.definition) cache = cache.next;
    return cache ?? this.#ofOther(this.sharing === 'class' ? classOf(receiver) : receiver, receiver);
  }

  #ofOther(owner: object, receiver: object): ReadThrough {
    const known = this.#others?.get(owner);
    if (known !== undefined) return known;
    this.#meet(receiver);
    const first = this.#stamps ? stampOf(owner) : undefined;
    if (this.#stamps && countOf(first) < MOST_STAMPED) {
      const cache = this.#make(first);
      if (stampOn(owner, cache)) return cache;
    }
    this.#others ??= new WeakMap();
    const cache = this.#make();
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

  /** The one place where a kind of cache is chosen. */
  #make(next?: ReadThrough): ReadThrough {
    const { definition } = this;
    return definition.isResilient ? new Resilient(definition, next) : new ReadThrough(definition, next);
  }

  #ofPrimitive(receiver: unknown): ReadThrough {
    this.#primitives ??= new Map();
    const primitives = this.#primitives;
    const owner = Object.is(receiver, -0) ? MINUS_ZERO : receiver;
    const cache = primitives.get(owner) ?? this.#make();
    primitives.delete(owner);
    primitives.set(owner, cache);
    const [oldest] = primitives.keys();
    if (primitives.size > MOST_PRIMITIVES) primitives.delete(oldest);
    return cache;
  }
}

/** As many caches as a receiver carries: they are looked for one after the other, and keep their definitions. */
const MOST_STAMPED = 8;

function countOf(cache: ReadThrough | undefined): number {
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
