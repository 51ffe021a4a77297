import { isOverflow } from './platform.js';

/**
 * Calls each listener, even if others throw. Then throws the error that was thrown, or one `AggregateError` of several.
 */
export function callAll(listeners: readonly (() => void)[]): void {
  const errors: unknown[] = [];
  for (const listener of listeners) {
    try {
      listener();
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 0) throw errors.length > 1 ? new AggregateError(errors) : errors[0];
}

/**
 * Calls a listener, then throws an error. If the listener throws too, both errors are thrown in one `AggregateError`.
 */
export function throwAfter(listener: () => void, error: unknown): never {
  try {
    listener();
  } catch (thrown) {
    // If both report a stack overflow, the listener failed for the same reason as the call before it.
    if (!isOverflow(thrown) || !isOverflow(error)) throw new AggregateError([thrown, error]);
  }
  throw error;
}

/** Returns a listener that throws an error. */
export function rethrow(error: unknown): () => never {
  return () => {
    throw error;
  };
}
