import { isPromise, nativePromise } from '../promise.js';

/**
 * Steps that are taken at once as far as possible: each yields a value, or a promise of it, and goes on with the value. So
 * the same code serves a store that reads at once and one behind a network.
 */
export type Steps<T> = Generator<unknown, T, any>;

/** Takes all steps. Returns what they return, or a promise of it as soon as one of them yields a promise. */
export function drive<T>(steps: Steps<T>): T | Promise<T> {
  return goOn(steps, () => steps.next());
}

function goOn<T>(steps: Steps<T>, first: () => IteratorResult<unknown, T>): T | Promise<T> {
  let step = first();
  while (!step.done) {
    const { value } = step;
    if (isPromise(value)) {
      return nativePromise(value).then(
        (given) => goOn(steps, () => steps.next(given)),
        (error) => goOn(steps, () => steps.throw(error)),
      );
    }
    step = steps.next(value);
  }
  return step.value;
}

/** Lets time pass while nothing else runs on this thread. Returns false where the platform does not allow that. */
export function block(ms: number): boolean {
  try {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
    return true;
  } catch {
    return false;
  }
}
