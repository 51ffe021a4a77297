import type { StoreState } from './store.js';

/** The guard of an engine: what fails becomes a state and a harmless answer, and no error. */
export class FailureGuard {
  readonly #onFailure: ((error: unknown) => void) | undefined;
  #status: StoreState['status'] = 'working';
  #error: unknown;
  #failures = 0;

  /** @param onFailure Called at the first failure. */
  constructor(onFailure: ((error: unknown) => void) | undefined) {
    this.#onFailure = onFailure;
  }

  get state(): StoreState {
    return { status: this.#status, error: this.#error, failures: this.#failures };
  }

  close(): void {
    this.#status = 'closed';
  }

  /** Runs an operation. If it fails, or after `close`, returns the answer that stands for it. */
  attempt<T>(run: () => T, otherwise: T): T {
    if (this.#status === 'closed') return otherwise;
    try {
      const result = run();
      this.#status = 'working';
      return result;
    } catch (error) {
      this.#failed(error);
      return otherwise;
    }
  }

  /** As `attempt`, for an operation that returns a promise. */
  async attemptAsync<T>(run: () => Promise<T>, otherwise: T): Promise<T> {
    if (this.#status === 'closed') return otherwise;
    try {
      const result = await run();
      if (!this.#isClosed()) this.#status = 'working';
      return result;
    } catch (error) {
      this.#failed(error);
      return otherwise;
    }
  }

  #isClosed(): boolean {
    return this.#status === 'closed';
  }

  #failed(error: unknown): void {
    if (!this.#isClosed()) this.#status = 'failing';
    this.#error = error;
    if (this.#failures++ === 0) this.#onFailure?.(error);
  }
}

/** Returns what warns of the first failure of a store, which is named as the user has called it. */
export function warnOfFailure(name: string): (error: unknown) => void {
  return (error) => {
    const reason = (error as Error | undefined)?.message ?? error;
    console.warn(`memokit: ${name}: ${reason}; going on without it (see store.state)`);
  };
}
