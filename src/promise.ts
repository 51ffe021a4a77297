import { mismatch, OptionError } from './errors.js';
import { ignoreForeign, isArray, setProperty, symbolsOf, tagOf } from './platform.js';

/**
 * Whether a value is a promise or another object with a `then` method. A strict proxy that throws when it is asked for
 * `then` is none.
 */
export function isPromise(result: unknown): result is PromiseLike<unknown> {
  // Primitives are ruled out first, because looking up a property of a primitive is slow.
  if ((typeof result !== 'object' && typeof result !== 'function') || result === null) return false;
  try {
    return result instanceof Promise || typeof (result as { then?: unknown }).then === 'function';
  } catch (error) {
    ignoreForeign(error);
    return false;
  }
}

/** Whether a function is declared `async`, so that it always returns a promise. */
export function isAsync(fn: unknown): boolean {
  return tagOf(fn) === '[object AsyncFunction]';
}

/**
 * Returns a promise with the platform's `then`, which calls back asynchronously and only once and never throws. The
 * `then` of a thenable guarantees none of this.
 */
export function nativePromise(promise: PromiseLike<unknown>): Promise<unknown> {
  const isNative = promise instanceof Promise && promise.then === Promise.prototype.then;
  return isNative ? promise : new Promise((resolve) => resolve(promise));
}

/** Handles the rejection of a promise that nobody uses, so that it is not reported as unhandled. */
export function ignoreRejection(value: unknown): void {
  if (isPromise(value)) nativePromise(value).catch(() => {});
}

/**
 * Refuses a promise from a callback that has to return the value itself. @throws OptionError, or another error, when the
 * callback returned a promise.
 */
export function refusePromise(
  name: string,
  given: unknown,
  expected = 'a boolean',
  Refusal: new (message: string) => Error = OptionError,
): void {
  if (!isPromise(given)) return;
  ignoreRejection(given);
  throw new Refusal(mismatch(name, `${expected} as its result`, given));
}

/**
 * Refuses a promise as a key, or as a member of an array that is a key. A callback that makes a promise makes a new one
 * for each call, so no two calls would have the same key.
 */
export function refusePromiseKey(name: string, key: unknown, Refusal?: new (message: string) => Error): void {
  const expected = 'a value that is not a promise';
  if (!isArray(key)) refusePromise(name, key, expected, Refusal);
  else for (const member of key) refusePromise(name, member, expected, Refusal);
}

/**
 * Removes the async context from a promise that a cache stores. An entry outlives the request that loaded it, and would
 * keep the context of that request alive. Each caller that awaits the promise has its own context. Call this last in
 * the code that settles the promise, because that code runs in the context.
 */
export function dropContext(promise: unknown): void {
  for (const symbol of symbolsOf(promise)) {
    // `Reflect.set` does not throw if the promise is frozen.
    if (symbol.description === 'kResourceStore') setProperty(promise as object, symbol, undefined);
  }
}
