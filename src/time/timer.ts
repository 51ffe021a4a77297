/**
 * Starts a timer that calls a function once after a number of milliseconds. Returns a function that stops the timer.
 * `setTimeout` is looked up at each call, so that fake timers work. The timer keeps no process alive.
 */
export function startTimer(milliseconds: number, run: () => void): () => void {
  const timer: unknown = setTimeout(run, milliseconds);
  // In a browser the timer is a number, and nothing there waits for timers.
  (timer as { unref?: () => void }).unref?.();
  return () => clearTimeout(timer as never);
}

/** The longest delay of a timer in milliseconds. A longer one would make the timer fire at once. */
export const LONGEST_TIMER = 2 ** 31 - 1;
