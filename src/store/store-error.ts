import { MemokitError } from '../errors.js';

/** The error for a place where no store can be made, such as a directory of something else. It is thrown at construction. */
export class StoreError extends MemokitError {
  override readonly name = 'StoreError';
  readonly code = 'MEMOKIT_BAD_STORE';
}
