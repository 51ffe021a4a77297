import type { Random } from '../support/random.js';

export class SourceError extends Error {}

/** A source that is slow and fails now and then. It counts its loads. */
export class FlakySource {
  begun = 0;
  fulfilled = 0;
  failed = 0;
  readonly #random: Random;
  readonly #failures: number;

  /** @param failures The fraction of loads that fail. */
  constructor(random: Random, failures: number) {
    this.#random = random;
    this.#failures = failures;
  }

  get pending(): number {
    return this.begun - this.fulfilled - this.failed;
  }

  /** Loads a value, which is computed when the load begins. A signal ends the load with an error. */
  async load<T>(value: T, signal?: AbortSignal): Promise<T> {
    this.begun++;
    try {
      const isFailure = this.#random.next() < this.#failures;
      await this.#delay(signal);
      if (isFailure) throw new SourceError('the source failed');
      this.fulfilled++;
      return value;
    } catch (error) {
      this.failed++;
      throw error;
    }
  }

  async #delay(signal: AbortSignal | undefined): Promise<void> {
    const kind = this.#random.next();
    if (kind < 0.3) return;
    if (kind < 0.6) await new Promise((resolve) => setImmediate(resolve));
    else await sleep(this.#random.below(8), signal);
  }
}

/** Waits for some milliseconds. Rejects when the signal is aborted. */
export function sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    }, milliseconds);
    if (signal?.aborted) onAbort();
    else signal?.addEventListener('abort', onAbort, { once: true });
  });
}
