import { ArgumentError, mismatch } from '../errors.js';
import { clearAll } from '../memoize/registry.js';
import { isPromise, nativePromise } from '../promise.js';

/**
 * Runs a function with all caches empty, and empties them again once it has returned or thrown, or, if it returns a
 * promise, once that has settled. What was stored before is gone too. Caches belong to the whole process: what runs at the
 * same time meets the emptied ones, and two of these overlap.
 *
 * @returns what the function returns; a thenable as a promise.
 * @throws ArgumentError when `run` is no function, or what it throws.
 * @example
 * const cold = await isolate(() => service.get('users'));
 */
export function isolate<R>(run: () => R): R {
  if (typeof run !== 'function') throw new ArgumentError(mismatch('run', 'a function', run));
  let isPending = false;
  clearAll();
  try {
    const result = run();
    isPending = isPromise(result);
    return isPending ? (nativePromise(result as PromiseLike<unknown>).finally(clearAll) as R) : result;
  } finally {
    if (!isPending) clearAll();
  }
}
