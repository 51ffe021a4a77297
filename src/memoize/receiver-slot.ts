import type { ReceiverCache } from '../cache/receiver-cache.js';

/**
 * A stamp: a private field on a receiver, put there by a class whose constructor returns its argument. It shows
 * nowhere, dies with the receiver, and is found as fast on one of many receivers as on a lone one, which a WeakMap is not.
 */
class ReceiverSlot extends (class {
  constructor(receiver: object) {
    // biome-ignore lint/correctness/noConstructorReturn: the object that the field is put on
    return receiver;
  }
} as new (
  receiver: object,
) => object) {
  #cache: ReceiverCache | undefined;

  static of(receiver: object): ReceiverCache | undefined {
    return #cache in receiver ? receiver.#cache : undefined;
  }

  static put(receiver: object, cache: ReceiverCache): void {
    // The stamp is made use of, lest a bundler take its making for idle.
    const slot = #cache in receiver ? (receiver as ReceiverSlot) : new ReceiverSlot(receiver);
    slot.#cache = cache;
  }
}

/** The first cache of a receiver. */
export const cacheIn = /* @__PURE__ */ (() => ReceiverSlot.of)();

/** Makes a cache the first of a receiver. Tells whether the engine lets it. */
export function putCacheIn(receiver: object, cache: ReceiverCache): boolean {
  try {
    ReceiverSlot.put(receiver, cache);
    return true;
  } catch {
    // A frozen receiver, where an engine refuses new private fields on those.
    return false;
  }
}
