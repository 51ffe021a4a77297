/** A clock that a test can control. It follows real time until it is stopped; after that it moves only by `advance`. */
export class SteerableClock {
  #stoppedAt: number | undefined;

  /** The time in milliseconds since an arbitrary moment. It never decreases. */
  now(): number {
    return this.#stoppedAt ?? performance.now();
  }

  /** Stops the clock at the current time. */
  stop(): void {
    // Rounds to a whole number, because sums of fractions have rounding errors, which would blur the last millisecond
    // of a ttl.
    this.#stoppedAt = Math.ceil(this.now());
  }

  /** Moves the clock forward, and stops it if it is not stopped yet. */
  advance(milliseconds: number): void {
    this.stop();
    this.#stoppedAt = this.now() + milliseconds;
  }
}

/** The clock of the schema service's cache. */
export const clock = new SteerableClock();
