/** A steerable clock: the time that goes by, until it is stopped; from then on it moves only when it is advanced. */
export class SteerableClock {
  #stoppedAt: number | undefined;

  /** Milliseconds, from no particular zero. Never runs backwards. */
  now(): number {
    return this.#stoppedAt ?? performance.now();
  }

  stop(): void {
    // A whole number, since the sum of fractions would be rounded and the last millisecond of a ttl blurred.
    this.#stoppedAt = Math.ceil(this.now());
  }

  /** Moves a clock that was stopped, or stops it. */
  advance(milliseconds: number): void {
    this.stop();
    this.#stoppedAt = this.now() + milliseconds;
  }
}

/** The clock that the schema service's cache lives by. */
export const clock = new SteerableClock();
