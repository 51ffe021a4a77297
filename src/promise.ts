import { mismatch, OptionError } from './errors.js';

export function isPromise(result: unknown): result is PromiseLike<unknown> {
  // Most results are neither, and to look for a property of a primitive is dear.
  if ((typeof result !== 'object' && typeof result !== 'function') || result === null) return false;
  return result instanceof Promise || typeof (result as { then?: unknown }).then === 'function';
}

/** A promise whose `then` is the platform's: it calls back later and once, and throws nothing, whatever a thenable may do. */
export function nativePromise(promise: PromiseLike<unknown>): Promise<unknown> {
  const isNative = promise instanceof Promise && promise.then === Promise.prototype.then;
  return isNative ? promise : new Promise((resolve) => resolve(promise));
}

/** @throws OptionError when a callback that is to judge has given a promise, which says nothing yet. */
export function refusePromise(option: string, given: unknown): void {
  if (!isPromise(given)) return;
  // What it comes to is of no use to anybody.
  nativePromise(given).catch(() => {});
  throw new OptionError(mismatch(option, 'to be given a boolean', given));
}

/**
 * Takes its context off a promise that is kept: an entry outlives the request that has loaded it, and all that belongs to
 * one. Who waits for the promise has a context of his own. To be called last in what settles the promise, as it runs in it.
 */
export function dropContext(promise: unknown): void {
  for (const symbol of Object.getOwnPropertySymbols(promise)) {
    // Not if somebody has frozen it.
    if (symbol.description === 'kResourceStore') Reflect.set(promise as object, symbol, undefined);
  }
}
