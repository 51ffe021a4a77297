import { MemokitError } from '../errors.js';
import { isPromise, nativePromise } from '../promise.js';

/** The error for a value that a codec cannot store. The message begins with the path of the part that it refuses. */
export class CodecError extends MemokitError {
  override readonly name = 'CodecError';
  readonly code = 'MEMOKIT_NOT_STORABLE';
}

/**
 * Runs a decoder, and returns what it returns. What the decoder throws, or rejects with, because of the bytes becomes an
 * `UnreadableError`.
 */
export function decoded<T>(run: () => T): T {
  try {
    const value = run();
    return isPromise(value) ? (nativePromise(value).catch(refuse) as T) : value;
  } catch (error) {
    return refuse(error);
  }
}

function refuse(error: unknown): never {
  if (error instanceof UnreadableError) throw error;
  throw new UnreadableError(`the bytes cannot be read: ${String((error as Error)?.message)}`, { cause: error });
}

/** The error for bytes that a codec cannot read. A store counts them as a miss, so a caller of a cache never meets it. */
export class UnreadableError extends MemokitError {
  override readonly name = 'UnreadableError';
  readonly code = 'MEMOKIT_UNREADABLE';
}
