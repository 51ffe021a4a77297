/** Calls each listener, whatever the others throw; then throws what was thrown, several errors in one `AggregateError`. */
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

/** Throws an error after a listener was called, with what that throws, if it does: in an `AggregateError`. */
export function throwAfter(listener: () => void, error: unknown): never {
  try {
    listener();
  } catch (thrown) {
    if (!isOverflow(thrown) || !isOverflow(error)) throw new AggregateError([thrown, error]);
  }
  throw error;
}

/** Whether the stack was full, in the words of one engine or another: then the listener has failed as what was called before it. */
function isOverflow(error: unknown): boolean {
  return /call stack|recursion/.test((error as Partial<Error> | null)?.message ?? '');
}
