import type { Definition } from '../definition/definition.js';
import { assign, max, min } from '../platform.js';
import { requireNumber } from '../validate.js';
import { resultOf } from './entries.js';

/** An aging entry: a value that is kept, and may be given to callers, when it is past its ttl; with the times of its aging. */
export class AgingEntry {
  /** No reload begins before this time, as the last one has failed. */
  retryAt = -Infinity;

  constructor(
    /** What callers are given: the result or, for an async method, a promise of it. */
    readonly value: unknown,
    /** The result; for an async method, the awaited one. */
    readonly result: unknown,
    public loadedAt: number,
    /** A hit from this time on starts a reload. */
    public refreshAt: number,
    public freshUntil: number,
    /** Callers are given the value until this time while a reload runs. */
    public staleUntil: number,
    /** Callers are given the value until this time when a reload fails. */
    public staleIfErrorUntil: number,
    /** The entry is kept until this time, for a load to see if for nothing else; with `idle`, at most until then. */
    public keptUntil: number,
  ) {}

  /** Ends the freshness of the value. What options allow past the ttl counts from now, unless it counts already. */
  expire(now: number, { options }: Definition): void {
    const { staleWhileRevalidate, staleIfError, revalidate } = options;
    this.retryAt = -Infinity;
    this.refreshAt = min(this.refreshAt, now);
    this.freshUntil = min(this.freshUntil, now);
    this.staleUntil = min(this.staleUntil, now + staleWhileRevalidate);
    this.staleIfErrorUntil = min(this.staleIfErrorUntil, now + staleIfError);
    this.keptUntil = min(this.keptUntil, now + max(staleWhileRevalidate, staleIfError, revalidate));
  }

  /** Takes the times of another entry, which has the same value. */
  renew(other: AgingEntry): this {
    return assign(this, other);
  }

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
export function aged(
  value: unknown,
  result: unknown,
  ttl: number,
  { options, now }: Definition,
): [entry: AgingEntry, keptFor: number] {
  requireNumber('ttl', ttl, 0);
  const { staleWhileRevalidate, staleIfError, revalidate, refreshAhead, jitter, idle } = options;
  const lifetime = ttl * (1 - jitter * Math.random());
  const keptFor = lifetime + max(staleWhileRevalidate, staleIfError, revalidate);
  const time = now();
  const end = time + lifetime;
  const entry = new AgingEntry(
    value,
    result,
    time,
    time + lifetime * refreshAhead,
    end,
    end + staleWhileRevalidate,
    end + staleIfError,
    time + keptFor,
  );
  return [entry, ttl && min(idle, keptFor)];
}

/** What callers are given of what is stored. */
export function answerOf(stored: unknown): unknown {
  return stored instanceof AgingEntry ? stored.value : resultOf(stored);
}
