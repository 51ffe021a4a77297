/** Runs the garbage collector several times, if node runs with --expose-gc. */
export async function collect(): Promise<void> {
  for (let round = 0; round < 5; round++) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    globalThis.gc?.();
  }
}

/** Returns the number of references whose target was not collected. */
export function alive(references: readonly WeakRef<object>[]): number {
  return references.filter((reference) => reference.deref() !== undefined).length;
}
