import { isArray } from './platform.js';

/** The base class of every error that memokit itself throws. The class or the `code` tells the errors apart. */
export abstract class MemokitError extends Error {
  /** The code of the error. Unlike the message, it stays the same across versions. */
  abstract readonly code: string;
}

/**
 * The error for an option that has an invalid value. It is thrown where options are given: at decoration, wrapping or
 * construction, and by `set` and `resize`. A call throws it when an option that is a function returns an invalid value,
 * or when an option does not suit the called method.
 */
export class OptionError extends MemokitError {
  override readonly name = 'OptionError';
  readonly code = 'MEMOKIT_BAD_OPTION';
}

/** The error for an argument that has an invalid value. */
export class ArgumentError extends MemokitError {
  override readonly name = 'ArgumentError';
  readonly code = 'MEMOKIT_BAD_ARGUMENT';
}

/**
 * The error for a decorator, `memoize` or `cachedProxy` that is applied to something that it cannot cache or wrap, such
 * as a field or a generator. It is thrown at decoration or wrapping.
 */
export class PlacementError extends MemokitError {
  override readonly name = 'PlacementError';
  readonly code = 'MEMOKIT_BAD_PLACE';
}

/**
 * The error for a method or function that is not cached. `cacheOf` throws it, and so does a call of a method with
 * `@evicts` or `@puts`.
 */
export class NotCachedError extends MemokitError {
  override readonly name = 'NotCachedError';
  readonly code = 'MEMOKIT_NOT_CACHED';
}

/** The error for a result that can be read only once, such as an iterator: a second caller would find it empty. */
export class OneShotError extends MemokitError {
  override readonly name = 'OneShotError';
  readonly code = 'MEMOKIT_ONE_SHOT';
}

/**
 * The error for a call that needs its own result, because it called itself with the same arguments before it returned.
 */
export class RecursionError extends MemokitError {
  override readonly name = 'RecursionError';
  readonly code = 'MEMOKIT_RECURSION';
}

/** The error for a load that took longer than its `timeout`. */
export class TimeoutError extends MemokitError {
  override readonly name = 'TimeoutError';
  readonly code = 'MEMOKIT_TIMEOUT';
}

/** The error for a load context that has nothing to keep, or whose load has ended. */
export class LoadContextError extends MemokitError {
  override readonly name = 'LoadContextError';
  readonly code = 'MEMOKIT_LOAD_CONTEXT';
}

/** The error for a batch method that does not return an array with exactly one result for each key. */
export class BatchError extends MemokitError {
  override readonly name = 'BatchError';
  readonly code = 'MEMOKIT_BAD_BATCH';
}

/** Returns the message for a value that differs from the expected one. */
export function mismatch(name: string, expected: string, received: unknown): string {
  // Only the type of an object is shown, because converting it to a string may run its code.
  const kind = isArray(received) ? 'array' : typeof received;
  // The text of a large bigint takes long to make.
  const isLarge = typeof received === 'bigint' && (received > 1e32 || received < -1e32);
  const type = Object(received) === received || isLarge ? kind : `${kind} ${shortened(received)}`;
  return `${name}: expected ${expected}, but got: ${received == null ? String(received) : type}`;
}

/**
 * Returns the text of a primitive for a message, cut after 32 characters or another number of them, because messages reach
 * logs, and a value may be secret or long.
 */
export function shortened(value: unknown, most = 32): string {
  const text = String(value);
  return text.length > most ? `${text.slice(0, most)}…` : text;
}
