import { mismatch, OneShotError, OptionError } from './errors.js';

/** The result of a method: what kind it is of, as far as caching it goes. */

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

/** @throws OneShotError when a second caller would find the result used up. */
export function refuseOneShot(result: unknown, named: { readonly name: string }): void {
  if (typeof result !== 'object' || result === null) return;
  const tag = (result as { [Symbol.toStringTag]?: unknown })[Symbol.toStringTag];
  if (typeof tag === 'string' && ONE_SHOT.test(tag)) {
    throw new OneShotError(`${named.name} returned a ${tag}, which can be read only once: return an array instead`);
  }
}

const ONE_SHOT = /^(Async)?Generator$| Iterator$|^Iterator Helper$/;
