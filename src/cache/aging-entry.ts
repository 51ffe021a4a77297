/** What is kept of a key whose value may be given when it is old: the value with the times of its ageing. */
export class Kept {
  /** Not to be reloaded before, since the source has just failed. */
  retryAt = -Infinity;

  constructor(
    /** What callers are given. */
    readonly value: Promise<unknown>,
    /** A hit from then on starts a reload. */
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
    return now < this.freshUntil || now < this.staleUntil || (now < this.retryAt && this.standsIn(now));
  }

  /** Whether the value is given where a reload has failed or takes too long. */
  standsIn(now: number): boolean {
    return now < this.staleIfErrorUntil;
  }

  /** Whether it should be reloaded in the background. */
  wantsReload(now: number): boolean {
    return now >= this.refreshAt && now < this.staleUntil && now >= this.retryAt;
  }
}
