import { MemokitError } from '../errors.js';

/**
 * The error for a program that cannot be exposed: others may write to the directory, nothing can listen there, or the
 * program is exposed already.
 */
export class ExposeError extends MemokitError {
  override readonly name = 'ExposeError';
  readonly code = 'MEMOKIT_NOT_EXPOSED';
}
