import { mismatch, OptionError } from './errors.js';

/** Whether a value is a promise or another object with a `then` method. */
export function isPromise(result: unknown): result is PromiseLike<unknown> {
  // Primitives are ruled out first, because looking up a property of a primitive is slow.
  if ((typeof result !== 'object' && typeof result !== 'function') || result === null) return false;
  return result instanceof Promise || typeof (result as { then?: unknown }).then === 'function';
}

/**
 * Returns a promise with the platform's `then`, which calls back asynchronously and only once and never throws. The
 * `then` of a thenable guarantees none of this.
 */
export function nativePromise(promise: PromiseLike<unknown>): Promise<unknown> {
  const isNative = promise instanceof Promise && promise.then === Promise.prototype.then;
  return isNative ? promise : new Promise((resolve) => resolve(promise));
}

/**
 * Refuses a promise from a callback that has to return a boolean. @throws OptionError when the callback returned a
 * promise.
 */
export function refusePromise(option: string, given: unknown): void {
  if (!isPromise(given)) return;
  // Nobody uses the promise, so its rejection must not be reported as unhandled.
  nativePromise(given).catch(() => {});
  throw new OptionError(mismatch(option, 'a boolean as its result', given));
}

/**
 * Removes the async context from a promise that a cache stores. An entry outlives the request that loaded it, and would
 * keep the context of that request alive. Each caller that awaits the promise has its own context. Call this last in
 * the code that settles the promise, because that code runs in the context.
 */
export function dropContext(promise: unknown): void {
  for (const symbol of Object.getOwnPropertySymbols(promise)) {
    // `Reflect.set` does not throw if the promise is frozen.
    if (symbol.description === 'kResourceStore') Reflect.set(promise as object, symbol, undefined);
  }
}
