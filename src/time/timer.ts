/**
 * A timer: it runs something once, after so many milliseconds, unless it is stopped before. Looked up late, so that fake
 * timers work; it keeps no process alive. Returns what stops it.
 */
export function startTimer(milliseconds: number, run: () => void): () => void {
  const timer: unknown = setTimeout(run, milliseconds);
  // In a browser it is a number, and nothing there waits for timers.
  (timer as { unref?: () => void }).unref?.();
  return () => clearTimeout(timer as never);
}

/** More would make a timer fire at once. */
export const LONGEST_TIMER = 2 ** 31 - 1;
