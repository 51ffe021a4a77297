import type { ReceiverCache } from '../cache/receiver-cache.js';

/**
 * A receiver slot: a private field that holds the first cache of a receiver. The constructor returns its argument, so the
 * field is added to that object. The field is invisible to other code and is collected with the receiver. Reading it stays
 * fast with many receivers; a WeakMap becomes slower.
 */
class ReceiverSlot extends (class {
  constructor(receiver: object) {
    // biome-ignore lint/correctness/noConstructorReturn: the field is added to the returned object
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
    // Uses the new object: a bundler might otherwise remove the constructor call as unused.
    const slot = #cache in receiver ? (receiver as ReceiverSlot) : new ReceiverSlot(receiver);
    slot.#cache = cache;
  }
}

/** Returns the first cache of a receiver. */
export const cacheIn = /* @__PURE__ */ (() => ReceiverSlot.of)();

/** Makes a cache the first cache of a receiver. Returns whether the engine allowed it. */
export function putCacheIn(receiver: object, cache: ReceiverCache): boolean {
  try {
    ReceiverSlot.put(receiver, cache);
    return true;
  } catch {
    // The receiver is frozen, and the engine refuses new private fields on frozen objects.
    return false;
  }
}
