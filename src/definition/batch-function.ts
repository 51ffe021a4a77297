import type { AbortSignalLike } from './caller-signal.js';

/**
 * A function that loads a list of keys at once. It returns, or promises, one result for each key, in the same order. An
 * `Error` among the results rejects the call for that key. The list of keys is frozen.
 */
export type BatchFunction<K = any, V = any, This = any> = (
  this: This,
  keys: readonly K[],
) => PromiseLike<readonly (V | Error)[]> | readonly (V | Error)[];

/**
 * The result of a batch for one call. For a function that cannot be batched, a type whose name tells the reason in the
 * compiler's error.
 */
export type BatchedResult<Args extends readonly unknown[], R> = [any] extends Args
  ? PromisedResult<R>
  : Args extends readonly [unknown, AbortSignalLike | null | undefined, ...unknown[]]
    ? PromisedResult<R>
    : Refused<'the function has to take one argument'>;

type PromisedResult<R> = R extends PromiseLike<unknown> ? Awaited<R> : Refused<'the function has to return a promise'>;

interface Refused<Why extends string> {
  readonly refused: Why;
}
