import { MemokitError } from '../errors.js';

/** The error for a value that a codec cannot store. The message begins with the path of the part that it refuses. */
export class CodecError extends MemokitError {
  override readonly name = 'CodecError';
  readonly code = 'MEMOKIT_NOT_STORABLE';
}

/** The error for bytes that a codec cannot read. A store counts them as a miss, so a caller of a cache never meets it. */
export class UnreadableError extends MemokitError {
  override readonly name = 'UnreadableError';
  readonly code = 'MEMOKIT_UNREADABLE';
}
