import type { Definition } from '../definition/definition.js';
import { max } from '../platform.js';
import { requireNumber } from '../validate.js';

/** An aging entry: a value that callers may be given when it is past its ttl, with the times of its aging. */
export class AgingEntry {
  /** No reload begins before this time, as the last one has failed. */
  retryAt = -Infinity;

  constructor(
    /** The promise that callers are given. */
    readonly value: Promise<unknown>,
    /** A hit from this time on starts a reload. */
    readonly refreshAt: number,
    readonly freshUntil: number,
    /** Callers are given the value until this time while a reload runs. */
    readonly staleUntil: number,
    /** Callers are given the value until this time when a reload fails. */
    readonly staleIfErrorUntil: number,
  ) {}

  isFresh(now: number): boolean {
    return now < this.freshUntil;
  }

  /** Whether callers are given the value without waiting for a reload. */
  isServed(now: number): boolean {
    return now < this.freshUntil || now < this.staleUntil || (now < this.retryAt && this.standsIn(now));
  }

  /** Whether callers are given the value where a reload has failed or takes too long. */
  standsIn(now: number): boolean {
    return now < this.staleIfErrorUntil;
  }

  /** Whether a hit should start a reload in the background. */
  wantsReload(now: number): boolean {
    return now >= this.refreshAt && now < this.staleUntil && now >= this.retryAt;
  }
}

/**
 * The aging entry of a value that was loaded just now, and the milliseconds for which to keep it.
 *
 * @throws OptionError when `ttl` is no number from 0.
 */
export function aged(value: unknown, ttl: number, { options, now }: Definition): [entry: AgingEntry, keptFor: number] {
  requireNumber('ttl', ttl, 0);
  const { staleWhileRevalidate, staleIfError, refreshAhead, jitter } = options;
  const lifetime = ttl * (1 - jitter * Math.random());
  const time = now();
  const end = time + lifetime;
  const refreshAt = time + lifetime * refreshAhead;
  const entry = new AgingEntry(
    value as Promise<unknown>,
    refreshAt,
    end,
    end + staleWhileRevalidate,
    end + staleIfError,
  );
  return [entry, ttl && lifetime + max(staleWhileRevalidate, staleIfError)];
}
