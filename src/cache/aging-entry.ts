import type { Definition } from '../definition/definition.js';
import type { ResolvedOptions } from '../definition/resolved-options.js';
import { assign, max, min } from '../platform.js';
import { requireNumber } from '../validate.js';
import { resultOf } from './entries.js';

/** An aging entry: a value that is kept, and may be given to callers, when it is past its ttl; with the times of its aging. */
export class AgingEntry {
  /** No reload begins before this time, as the last one has failed. */
  retryAt = -Infinity;
  /** Callers are given the value until this time while a reload runs. */
  staleUntil: number;
  /** Callers are given the value until this time when a reload fails. */
  staleIfErrorUntil: number;
  /** The entry is kept until this time, for a load to see if for nothing else; with `idle`, at most until then. */
  keptUntil: number;

  constructor(
    /** What callers are given: the result or, for an async method, a promise of it. */
    readonly value: unknown,
    /** The result; for an async method, the awaited one. */
    readonly result: unknown,
    public loadedAt: number,
    public freshUntil: number,
    /** A hit from this time on starts a reload. */
    public refreshAt: number,
    { staleWhileRevalidate, staleIfError, revalidate }: ResolvedOptions,
  ) {
    this.staleUntil = freshUntil + staleWhileRevalidate;
    this.staleIfErrorUntil = freshUntil + staleIfError;
    this.keptUntil = freshUntil + max(staleWhileRevalidate, staleIfError, revalidate);
  }

  /** Ends the freshness of the value. What options allow past the ttl counts from now, unless it counts already. */
  expire(now: number, { options }: Definition): void {
    this.retryAt = -Infinity;
    if (this.freshUntil > now) this.renew(new AgingEntry(this.value, this.result, this.loadedAt, now, now, options));
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
 * The aging entry of a value that was loaded just now, or `age` milliseconds ago; and the milliseconds for which to keep it.
 *
 * @throws OptionError when `ttl` is no number from 0.
 */
export function aged(
  value: unknown,
  result: unknown,
  ttl: number,
  { options, now }: Definition,
  age: number,
): [entry: AgingEntry, keptFor: number] {
  requireNumber('ttl', ttl, 0);
  const { refreshAhead, jitter, idle } = options;
  const lifetime = ttl * (1 - jitter * Math.random());
  const present = now();
  const time = present - age;
  const entry = new AgingEntry(value, result, time, time + lifetime, time + lifetime * refreshAhead, options);
  return [entry, ttl && max(0, min(idle, entry.keptUntil - present))];
}

/** What callers are given of what is stored. */
export function answerOf(stored: unknown): unknown {
  return stored instanceof AgingEntry ? stored.value : resultOf(stored);
}
