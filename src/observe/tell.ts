import { rethrow } from '../call-all.js';

/**
 * Tells each observer something. What one throws must not reach a load, so it becomes an uncaught exception, as what a
 * subscriber of a diagnostics channel throws does.
 */
export function tell<T>(observers: readonly T[], call: (observer: T) => void): void {
  for (const observer of observers) {
    try {
      call(observer);
    } catch (error) {
      queueMicrotask(rethrow(error));
    }
  }
}
