/** A memokit error: every error that this package throws of its own, told apart by class or by `code`. */
export abstract class MemokitError extends Error {
  /** Stable across versions, unlike the message. */
  abstract readonly code: string;
}

/**
 * An option has a value that it cannot have. Thrown where options are given: at decoration, wrapping or construction, and
 * by `set` and `resize`; and by a call, when an option that is a function gives what it cannot, or one does not serve the
 * method that was called.
 */
export class OptionError extends MemokitError {
  override readonly name = 'OptionError';
  readonly code = 'MEMOKIT_BAD_OPTION';
}

/** An argument has a value that it cannot have. */
export class ArgumentError extends MemokitError {
  override readonly name = 'ArgumentError';
  readonly code = 'MEMOKIT_BAD_ARGUMENT';
}

/** A decorator stands where it cannot serve. Thrown at decoration. */
export class PlacementError extends MemokitError {
  override readonly name = 'PlacementError';
  readonly code = 'MEMOKIT_BAD_PLACE';
}

/** Something that has no cache was asked for it: by `cacheOf`, or by a call of what `evicts` or `puts` decorates. */
export class NotCachedError extends MemokitError {
  override readonly name = 'NotCachedError';
  readonly code = 'MEMOKIT_NOT_CACHED';
}

/** The result can be read only once, as a generator's can: a second caller would find it empty. */
export class OneShotError extends MemokitError {
  override readonly name = 'OneShotError';
  readonly code = 'MEMOKIT_ONE_SHOT';
}

/** A call needs its own result: it called itself with the same arguments before it had returned. */
export class RecursionError extends MemokitError {
  override readonly name = 'RecursionError';
  readonly code = 'MEMOKIT_RECURSION';
}

/** A load has taken longer than its `timeout`. */
export class TimeoutError extends MemokitError {
  override readonly name = 'TimeoutError';
  readonly code = 'MEMOKIT_TIMEOUT';
}

/** A batch gave what cannot be dealt out to the calls that it was made for: no array, or one of another length. */
export class BatchError extends MemokitError {
  override readonly name = 'BatchError';
  readonly code = 'MEMOKIT_BAD_BATCH';
}

/** What a message says of a value that is not as it should be. */
export function mismatch(name: string, expected: string, received: unknown): string {
  // Objects are shown by type only: turning one into a string may run its code.
  const kind = Array.isArray(received) ? 'array' : typeof received;
  const type = Object(received) === received ? kind : `${kind} ${String(received)}`;
  return `${name}: expected ${expected}, but got: ${received == null ? String(received) : type}`;
}
