import { ArgumentError, mismatch } from '../errors.js';
import { clearAll } from '../memoize/registry.js';
import { isPromise, nativePromise } from '../promise.js';

/**
 * Calls a function with all caches empty, and empties them again when it returns or throws or, if it returns a promise,
 * when the promise settles. Entries that were stored before are not restored. Caches belong to the whole process, so
 * code that runs at the same time finds them emptied too, and two overlapping calls of `isolate` affect each other.
 *
 * @returns the result of the function. A thenable is converted to a promise.
 * @throws ArgumentError when `run` is not a function. An error that `run` throws reaches the caller.
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
