import { Kept } from '../cache/aging-entry.js';
import type { CallLoad } from '../cache/call-load.js';
import { type Failure, Failures } from '../cache/failures.js';
import type { Definition } from '../definition/definition.js';
import type { CallKey } from '../key/call-key.js';
import { ReadThrough } from '../load/read-through.js';
import type { Outcome } from '../load/settle.js';
import { type EvictionCause, requireNumber } from '../lru/options.js';
import { Run } from './shared-load.js';

/**
 * A keeper: a read-through cache of an async method that keeps values for some time after they are fresh, and remembers
 * failures beside them.
 */
export abstract class Keeper extends ReadThrough {
  #failures: Failures | undefined;

  constructor(definition: Definition, next?: ReadThrough | undefined) {
    super(definition, next);
    definition.promises = true;
  }

  override put(key: CallKey, args: readonly unknown[], value: unknown): void {
    this.#failures?.forget(key);
    super.put(key, args, value);
  }

  override delete(key: CallKey): boolean {
    this.renew();
    const wasKnown = this.#failures?.forget(key) ?? false;
    return super.delete(key) || wasKnown;
  }

  override clear(): void {
    this.#failures?.forgetAll();
    super.clear();
  }

  override outcome(key: CallKey): Outcome {
    const kept = this.kept(key, this.current);
    const now = this.now();
    if (kept?.isServed(now)) return kept.isFresh(now) ? 'hit' : 'stale';
    if (this.failureOf(key) !== undefined) return 'failed';
    return this.meanwhile(this.loadOf(key)) === undefined ? super.outcome(key) : 'stale';
  }

  override bound(capacity: number): void {
    this.#failures?.resize(capacity);
    super.bound(capacity);
  }

  override peekAt(key: CallKey): unknown {
    const kept = this.kept(key, this.current);
    return kept?.isFresh(this.now()) ? kept.value : undefined;
  }

  override freshFor(key: CallKey): number | undefined {
    const kept = this.kept(key, this.current);
    const left = kept === undefined ? 0 : kept.freshUntil - this.now();
    return left > 0 ? left : undefined;
  }

  override left(key: CallKey, stored: unknown, cause: EvictionCause): void {
    const load = cause === 'capacity' ? this.loadOf(key) : undefined;
    if (load instanceof Run) load.isEvicted = true;
    super.left(key, (stored as Kept).value, cause);
  }

  override renew(): boolean {
    const isCleared = super.renew();
    if (isCleared) this.#failures?.forgetAll();
    return isCleared;
  }

  protected override keep(key: CallKey, value: unknown, ttl: number, tags: readonly string[]): void {
    const { staleWhileRevalidate, staleIfError, refreshAhead, jitter } = this.definition.options;
    requireNumber('ttl', ttl, 0);
    const lifetime = ttl * (1 - jitter * Math.random());
    const now = this.now();
    const freshUntil = now + lifetime;
    const kept = new Kept(
      value as Promise<unknown>,
      now + lifetime * refreshAhead,
      freshUntil,
      freshUntil + staleWhileRevalidate,
      freshUntil + staleIfError,
    );
    super.keep(key, kept, ttl && lifetime + Math.max(staleWhileRevalidate, staleIfError), tags);
    this.#failures?.forget(key);
    // An outage is over, whose errors may hold much.
    if (this.#failures?.size === 0) this.#failures = undefined;
  }

  /** A failure of a key's load that answers in its stead. */
  protected failureOf(key: CallKey): Failure | undefined {
    return this.#failures?.at(key);
  }

  /** What can stand in where there is nothing better, if anything can: only where `staleIfError` allows it. */
  protected standIn(key: CallKey, now: number): Kept | undefined {
    this.renew();
    const kept = this.definition.options.staleIfError > 0 ? this.kept(key) : undefined;
    return kept?.standsIn(now) ? kept : undefined;
  }

  /** What answers while a load takes too long, if anything may. */
  protected meanwhile(load: CallLoad | undefined): Kept | undefined {
    return load instanceof Run && load.isSlow ? this.standIn(load.key, this.now()) : undefined;
  }

  protected kept(key: CallKey, entries = this.stored): Kept | undefined {
    return entries.peek(key) as Kept | undefined;
  }

  /** Has a failure answer later calls for `errorTtl`, and no reload begin for a while. */
  protected remember(run: Run, error: unknown, now: number): void {
    const { options } = this.definition;
    const { errorTtl } = options;
    const kept = this.kept(run.key);
    if (kept !== undefined) kept.retryAt = now + Math.max(errorTtl, BACK_OFF * (1 - Math.random() / 2));
    // What is thrown at once says nothing of a source, and nothing yet of whether the method is one that promises. What
    // one caller has spoilt says nothing to others.
    if (errorTtl === 0 || run.thrown !== undefined || run.isSpoilt) return;
    this.#failures ??= new Failures(this.stored.capacity, () => this.now(), options.tags !== undefined);
    this.#failures.remember(run.key, { error, tagTime: run.tagTime }, errorTtl);
  }
}

/** Milliseconds, of which half to all pass after a failure before the next reload. */
const BACK_OFF = 1000;
