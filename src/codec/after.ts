import { isPromise, nativePromise } from '../promise.js';

/** Calls a function with a value, at once or when the promise of the value is fulfilled. */
export function after<T, R>(value: T | PromiseLike<T>, next: (value: T) => R): R | Promise<Awaited<R>> {
  if (!isPromise(value)) return next(value as T);
  return (nativePromise(value) as Promise<T>).then(next) as Promise<Awaited<R>>;
}
