import type { ReadThrough } from '../load/read-through.js';

/**
 * A stamp: a private field on a receiver, put there by a class whose constructor returns its argument. It shows
 * nowhere, dies with the receiver, and is found as fast on one of many receivers as on a lone one, which a WeakMap is not.
 */
class Stamp extends (class {
  constructor(receiver: object) {
    // biome-ignore lint/correctness/noConstructorReturn: the object that the field is put on
    return receiver;
  }
} as new (
  receiver: object,
) => object) {
  #cache: ReadThrough | undefined;

  static of(receiver: object): ReadThrough | undefined {
    return #cache in receiver ? receiver.#cache : undefined;
  }

  static put(receiver: object, cache: ReadThrough): void {
    // The stamp is made use of, lest a bundler take its making for idle.
    const stamp = #cache in receiver ? (receiver as Stamp) : new Stamp(receiver);
    stamp.#cache = cache;
  }
}

/** The first cache of a receiver. */
export const stampOf = /* @__PURE__ */ (() => Stamp.of)();

/** Makes a cache the first of a receiver. Tells whether the engine lets it. */
export function stampOn(receiver: object, cache: ReadThrough): boolean {
  try {
    Stamp.put(receiver, cache);
    return true;
  } catch {
    // A frozen receiver, where an engine refuses new private fields on those.
    return false;
  }
}
