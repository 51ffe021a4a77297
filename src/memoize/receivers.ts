import { BoundedMap } from '../lru/bounded-map.js';
import type { Definition, Fn } from './definition.js';
import { ReadThrough } from './read-through.js';

/** How entries are divided: one set for all receivers, one for each, or one for each class of receivers. */
export type Sharing = 'one' | 'instance' | 'class';

/** The receivers of one definition: which `this` owns which entries. Holds none of them strongly. */
export class Receivers {
  readonly #only: ReadThrough | undefined;
  readonly #objects = new WeakMap<object, ReadThrough>();
  /** For a `this` that is no object. Bounded, since nothing tells when a primitive is no longer used. */
  #primitives: BoundedMap<unknown, ReadThrough> | undefined;

  constructor(
    readonly definition: Definition,
    readonly sharing: Sharing,
  ) {
    if (sharing === 'one') this.#only = new ReadThrough(definition);
  }

  /**
   * A function that answers calls from the receivers' entries. It is no constructor. It is written in a class, whose
   * code is strict even in a script, since sloppy code would get an object instead of a primitive `this`.
   */
  wrapper(): Fn {
    const receivers = this;
    return {
      call(this: unknown, ...args: unknown[]): unknown {
        return receivers.of(this).call(this, args);
      },
    }.call;
  }

  /** The entries of a receiver, made when it is first seen. */
  of(receiver: unknown): ReadThrough {
    if (this.#only !== undefined) return this.#only;
    if ((typeof receiver !== 'object' && typeof receiver !== 'function') || receiver === null) {
      this.#primitives ??= new BoundedMap({});
      const known = this.#primitives.get(receiver);
      const entries = known ?? new ReadThrough(this.definition);
      if (known === undefined) this.#primitives.set(receiver, entries);
      return entries;
    }
    const owner = this.sharing === 'class' ? classOf(receiver) : receiver;
    let entries = this.#objects.get(owner);
    if (entries === undefined) {
      this.definition.meet(classOf(receiver));
      entries = new ReadThrough(this.definition);
      this.#objects.set(owner, entries);
    }
    return entries;
  }
}

/** What the instances of one class have in common: their prototype. A static's receiver is a class itself. */
function classOf(receiver: object): object {
  return typeof receiver === 'function' ? receiver : (Object.getPrototypeOf(receiver) ?? receiver);
}
