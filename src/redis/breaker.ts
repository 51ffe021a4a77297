import type { StoreState } from '../store/store.js';
import { startTimer } from '../time/timer.js';

export interface BreakerOptions {
  /** The milliseconds that an operation may take. */
  readonly opTimeout: number;
  readonly clock: () => number;
  /** Tries whether the engine works. */
  readonly probe: () => Promise<unknown>;
  readonly onFailure: (error: unknown) => void;
  readonly onChange: () => void;
}

/**
 * A breaker between callers and an engine: an operation that fails or takes too long opens it, and from then on each operation
 * answers at once as if the engine failed. It is closed by a probe, for which no caller waits.
 */
export class Breaker {
  readonly #options: BreakerOptions;
  #status: StoreState['status'] = 'working';
  #error: unknown;
  #failures = 0;
  #probeAt = 0;
  #isProbing = false;
  readonly #pending = new Set<(error: unknown) => void>();

  constructor(options: BreakerOptions) {
    this.#options = options;
  }

  get status(): StoreState['status'] {
    return this.#status;
  }

  get error(): unknown {
    return this.#error;
  }

  get failures(): number {
    return this.#failures;
  }

  close(): void {
    this.#status = 'closed';
    this.down(new Error('the store is closed'));
  }

  /**
   * Runs an operation; if it fails, answers `otherwise`. @param late Told of the result of an operation that took too long.
   */
  async run<T>(start: () => Promise<T>, otherwise: T, late?: (result: T) => void): Promise<T> {
    if (this.#status === 'working') {
      try {
        return await this.#within(start, late);
      } catch (error) {
        this.#failed(error);
        return otherwise;
      }
    }
    if (this.#status === 'failing') {
      this.#failures++;
      if (this.#options.clock() >= this.#probeAt) void this.probe();
    }
    return otherwise;
  }

  /** Has all operations that wait for the engine fail. */
  down(error: unknown): void {
    for (const fail of [...this.#pending]) fail(error);
  }

  /** Tries whether the engine works again, if the breaker is open. */
  async probe(): Promise<void> {
    if (this.#isProbing || this.#status !== 'failing') return;
    this.#isProbing = true;
    try {
      await this.#within(this.#options.probe);
      if (!this.#isClosed()) this.#change('working');
    } catch (error) {
      this.#error = error;
      this.#probeAt = this.#options.clock() + PROBE_EVERY;
    } finally {
      this.#isProbing = false;
    }
  }

  /** Gives the result of an operation, or fails when it takes too long. */
  #within<T>(start: () => Promise<T>, late?: (result: T) => void): Promise<T> {
    return new Promise((resolve, reject) => {
      const { opTimeout } = this.#options;
      let isOver = false;
      const end = () => {
        isOver = true;
        stop();
        this.#pending.delete(fail);
      };
      const fail = (error: unknown) => {
        end();
        reject(error);
      };
      // What lies in the socket is older than the timer, if the thread was busy: it is read first.
      const stop = startTimer(opTimeout, () => {
        setTimeout(() => isOver || fail(new Error(`the server did not answer in ${opTimeout} ms`)), 0);
      });
      this.#pending.add(fail);
      start().then(
        (result) => {
          if (isOver) return late?.(result);
          end();
          resolve(result);
        },
        (error) => isOver || fail(error),
      );
    });
  }

  #isClosed(): boolean {
    return this.#status === 'closed';
  }

  #failed(error: unknown): void {
    this.#error = error;
    this.#probeAt = this.#options.clock() + PROBE_EVERY;
    if (this.#failures++ === 0 && !this.#isClosed()) this.#options.onFailure(error);
    if (this.#status === 'working') this.#change('failing');
  }

  #change(status: StoreState['status']): void {
    this.#status = status;
    this.#options.onChange();
  }
}

/** The milliseconds between two probes. */
const PROBE_EVERY = 1000;
