/** A failure that is remembered. */
export interface Failure {
  readonly error: unknown;
  readonly until: number;
}

/** What is kept of a key whose value may be given when it is old: the value with the times of its ageing, and how its reload fared. */
export class Kept {
  /** The last failure, as long as it is remembered. */
  failure: Failure | undefined;
  /** Not to be reloaded before, since the source has just failed. */
  retryAt = -Infinity;

  constructor(
    /** What callers are given; `undefined` when there is only a failure. */
    readonly value: Promise<unknown> | undefined,
    /** A hit after this time starts a reload. */
    readonly refreshAt: number,
    readonly freshUntil: number,
    /** Until then the value is given while a reload runs. */
    readonly staleUntil: number,
    /** Until then it is given when a reload fails. */
    readonly staleIfErrorUntil: number,
  ) {}

  isFresh(now: number): boolean {
    return now < this.freshUntil;
  }

  /** Whether the value is given without waiting for a reload. */
  isServed(now: number): boolean {
    return now < this.staleUntil || (now < this.retryAt && now < this.staleIfErrorUntil);
  }

  /** Whether it should be reloaded in the background. */
  wantsReload(now: number): boolean {
    return now >= this.refreshAt && now < Math.max(this.freshUntil, this.staleUntil) && now >= this.retryAt;
  }

  /** When it is of no more use, but for its failure. */
  get until(): number {
    return Math.max(this.staleUntil, this.staleIfErrorUntil);
  }

  /** The value, where a reload has failed or takes too long. */
  instead(now: number): Promise<unknown> | undefined {
    return now < this.staleIfErrorUntil ? this.value : undefined;
  }

  /** The failure, if it is still remembered. */
  failureAt(now: number): Failure | undefined {
    return this.failure !== undefined && now < this.failure.until ? this.failure : undefined;
  }
}
