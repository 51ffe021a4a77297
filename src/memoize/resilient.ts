import { mismatch, OptionError, TimeoutError } from '../errors.js';
import { callAll } from '../lru/call-all.js';
import { refresh } from '../lru/clock.js';
import { type EvictionCause, requireNumber } from '../lru/options.js';
import { type CallKey, publicKeyOf } from './call-key.js';
import type { CallLoad } from './call-load.js';
import { abortable, signalOf, withoutSignal } from './caller-signal.js';
import type { Definition } from './definition.js';
import { Kept } from './kept.js';
import { running } from './load-signal.js';
import { asyncOptionOf } from './options.js';
import { type Outcome, ReadThrough } from './read-through.js';
import { isPromise, nativePromise } from './result.js';
import { Run } from './run.js';
import { startTimer } from './timer.js';

/**
 * A resilient cache: a read-through cache of an async method whose source may be slow, fail or hang. Old values stand in
 * as RFC 5861 says, failures are remembered, waits are bounded, and a load that nobody waits for any more is given up.
 */
export class Resilient extends ReadThrough {
  constructor(definition: Definition, next?: ReadThrough | undefined) {
    super(definition, next);
    definition.promises = true;
  }

  override call(key: CallKey, receiver: unknown, args: readonly unknown[]): unknown {
    const { signal: pick } = this.definition.options;
    const signal = pick && signalOf(pick, receiver, args);
    if (signal?.aborted) return Promise.reject(signal.reason);
    const kept = this.find(key) as Kept | undefined;
    if (kept !== undefined) {
      const now = this.now();
      if (kept.wantsReload(now) && !this.isLoading(key)) this.#begin(key, receiver, args);
      const answer = this.#answer(kept, now);
      if (answer !== undefined) {
        this.#tellAnswer(key, args, answer);
        return answer;
      }
    }
    const joined = this.join(key);
    return joined === undefined ? this.#lead(key, receiver, args, signal) : this.#join(joined, receiver, args, signal);
  }

  override outcome(key: CallKey): Outcome {
    const kept = this.current.peek(key) as Kept | undefined;
    if (kept === undefined) return super.outcome(key);
    const now = this.now();
    if (kept.isFresh(now)) return 'hit';
    if (kept.isServed(now)) return 'stale';
    if (kept.failureAt(now) !== undefined) return 'failed';
    return this.isLoading(key) ? 'loading' : 'miss';
  }

  override peekAt(key: CallKey): unknown {
    const kept = this.current.peek(key) as Kept | undefined;
    return kept?.isFresh(this.now()) ? kept.value : undefined;
  }

  override freshFor(key: CallKey): number | undefined {
    const kept = this.current.peek(key) as Kept | undefined;
    const left = kept === undefined ? 0 : kept.freshUntil - this.now();
    return left > 0 ? left : undefined;
  }

  override left(key: CallKey, stored: unknown, cause: EvictionCause): void {
    const { value } = stored as Kept;
    // A failure is remembered, but is no entry.
    if (value !== undefined) super.left(key, value, cause);
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
  }

  /** What answers a call without waiting, counted; `undefined` when nothing does. */
  #answer(kept: Kept, now: number): Promise<unknown> | undefined {
    const isStale = !kept.isFresh(now);
    const failure = isStale && !kept.isServed(now) ? kept.failureAt(now) : undefined;
    if (isStale && failure === undefined && !kept.isServed(now)) return undefined;
    this.hit();
    if (failure !== undefined) return Promise.reject(failure.error);
    if (isStale) this.count('staleHits');
    return kept.value;
  }

  #tellAnswer(key: CallKey, args: readonly unknown[], answer: Promise<unknown>): void {
    try {
      callAll([() => this.tellHit(key, args, answer), ...this.announcements()]);
    } catch (error) {
      // The caller is given this error, and so will not hear of a failure that is remembered.
      answer.catch(() => {});
      throw error;
    }
  }

  /** A call that begins a load and waits for it. */
  #lead(key: CallKey, receiver: unknown, args: readonly unknown[], signal: AbortSignal | undefined): unknown {
    const { on } = this.definition.options;
    const run = this.#begin(key, receiver, args, { signal });
    if (run.thrown !== undefined) throw run.thrown.error;
    const answer = this.#wait(run, signal);
    const given = on.evict === undefined && on.error === undefined ? answer : run.led(answer);
    this.tellMiss(run, args, given);
    return given;
  }

  /** A call that waits for the load of another. */
  #join(load: CallLoad, receiver: unknown, args: readonly unknown[], signal: AbortSignal | undefined): unknown {
    if (!this.isDoubtful(load)) return this.#joined(load, args, signal);
    if (load instanceof Run) load.isWanted = true;
    const decide = () => (load.isOutdated ? this.call(load.key, receiver, args) : this.#joined(load, args, undefined));
    const answer = load.promise!.then(decide, decide);
    return signal === undefined ? answer : abortable(answer, signal, () => {});
  }

  #joined(load: CallLoad, args: readonly unknown[], signal: AbortSignal | undefined): unknown {
    this.hit();
    const instead = load instanceof Run && load.isSlow ? this.#instead(load.key, this.now()) : undefined;
    this.count(instead === undefined ? 'coalesced' : 'staleHits');
    this.#tellAnswer(load.key, args, instead ?? load.promise!);
    if (instead !== undefined) return instead;
    if (load instanceof Run) load.waiting++;
    return this.#wait(load, signal);
  }

  /** What a caller waits for. */
  #wait(load: CallLoad, signal: AbortSignal | undefined): Promise<unknown> {
    const run = load instanceof Run ? load : undefined;
    const answer = (run && this.#soon(run)) ?? load.promise!;
    if (signal === undefined) {
      if (run !== undefined) run.isWanted = true;
      return answer;
    }
    return abortable(answer, signal, () => {
      if (run === undefined || run.isOver || --run.waiting > 0 || run.isWanted) return;
      this.#giveUp(run, signal.reason);
    });
  }

  /** What those wait for who would rather have an old value than wait for long. */
  #soon(run: Run): Promise<unknown> | undefined {
    const { softTimeout } = this.definition.options;
    if (softTimeout === undefined || run.isSlow || run.isOver) return undefined;
    run.soon ??= new Promise((resolve, reject) => {
      run.promise!.then(resolve, reject);
      run.until(startTimer(softTimeout, () => this.#slow(run, resolve)));
    });
    return run.soon;
  }

  #slow(run: Run, resolve: (value: unknown) => void): void {
    run.isSlow = true;
    let instead: Promise<unknown> | undefined;
    try {
      instead = this.#instead(run.key, this.now());
    } catch {
      // A clock that throws leaves them waiting for the load.
    }
    if (instead === undefined) return;
    this.count('staleHits', run.waiting);
    run.waiting = 0;
    run.isWanted = true;
    resolve(instead);
  }

  /** Begins a load, for a caller or in the background. What its method throws at once stays in it. */
  #begin(key: CallKey, receiver: unknown, args: readonly unknown[], caller?: { signal: AbortSignal | undefined }): Run {
    const { definition } = this;
    const { signal: pick, timeout, many } = definition.options;
    const loads = this.inFlight();
    const { depth } = loads;
    const outer = running.load;
    const run = new Run(key, depth + 1, this.stopwatch(), caller === undefined);
    loads.begin(run);
    loads.depth = depth + 1;
    running.load = pick === undefined && timeout === undefined ? undefined : run;
    if (caller === undefined) this.count('refreshes');
    else this.missed();
    this.count('pending');
    let failure: { readonly error: unknown } | undefined;
    try {
      // A batch is made of single arguments.
      const isAlone = many !== undefined && pick !== undefined;
      const given = isAlone ? withoutSignal(pick, receiver, args) : run.forMethod(args, caller?.signal);
      const source: unknown = definition.method.apply(receiver, given as unknown[]);
      if (!isPromise(source)) {
        const option = asyncOptionOf(definition.options);
        throw new OptionError(mismatch(`${option} of ${definition.name}`, 'a method that returns promises', source));
      }
      this.#follow(run, args, nativePromise(source));
    } catch (error) {
      failure = { error };
    }
    loads.depth = depth;
    running.load = outer;
    if (failure !== undefined) {
      run.thrown = failure;
      // It is thrown, unless an old value stands in.
      run.answer.catch(() => {});
      this.#fail(run, args, failure.error);
    }
    return run;
  }

  #follow(run: Run, args: readonly unknown[], source: Promise<unknown>): void {
    const { timeout } = this.definition.options;
    source.then(
      (result) => this.#succeed(run, args, result),
      (error) => this.#fail(run, args, error),
    );
    run.promise = run.answer;
    if (timeout === undefined) return;
    const expire = () => {
      const error = new TimeoutError(`${this.definition.name} took longer than ${timeout} ms`);
      this.#fail(run, args, error);
      run.abort(error);
    };
    run.until(startTimer(timeout, expire));
  }

  #succeed(run: Run, args: readonly unknown[], result: unknown): void {
    if (run.isOver) return;
    this.renew();
    const isCurrent = this.join(run.key) === run;
    this.#finish(run, false);
    try {
      this.settle(run, args, result, run.promise);
    } catch (error) {
      this.#recover(run, args, error, isCurrent);
      return;
    }
    run.resolve(result);
    this.#tell(run, args, []);
  }

  #fail(run: Run, args: readonly unknown[], error: unknown): void {
    if (run.isOver) return;
    this.#finish(run, true);
    this.renew();
    this.#recover(run, args, error, this.end(run));
  }

  #giveUp(run: Run, reason: unknown): void {
    this.#finish(run, true);
    this.end(run);
    run.abort(reason);
  }

  #finish(run: Run, failed: boolean): void {
    run.over();
    this.count('pending', -1);
    this.ended(run, failed);
  }

  /** Has an old value stand in for a result that there is none of, or gives the error to those who wait. */
  #recover(run: Run, args: readonly unknown[], error: unknown, isCurrent: boolean): void {
    let instead: Promise<unknown> | undefined;
    try {
      refresh();
      const now = this.now();
      if (isCurrent) this.#remember(run.key, error, now);
      instead = this.#instead(run.key, now);
    } catch {
      // A clock that throws must not keep the error from those who wait.
    }
    if (instead === undefined) run.reject(error);
    else {
      this.count('staleHits', run.waiting);
      run.thrown = undefined;
      run.promise = run.answer;
      run.resolve(instead);
    }
    this.#tell(run, args, [error]);
  }

  /** The value that stands in where there is no better one, if there is one. */
  #instead(key: CallKey, now: number): Promise<unknown> | undefined {
    this.renew();
    return (this.stored.peek(key) as Kept | undefined)?.instead(now);
  }

  /** Has a failure answer later calls for `errorTtl`, and no reload begin for a while. */
  #remember(key: CallKey, error: unknown, now: number): void {
    const { errorTtl } = this.definition.options;
    const known = this.stored.peek(key) as Kept | undefined;
    if (known === undefined && errorTtl === 0) return;
    const kept = known ?? new Kept(undefined, now, now, now, now);
    kept.retryAt = now + Math.max(errorTtl, BACK_OFF * (1 - Math.random() / 2));
    kept.failure = errorTtl === 0 ? undefined : { error, until: now + errorTtl };
    if (now + errorTtl > kept.until) this.store(key, kept, errorTtl);
  }

  /**
   * Tells the listeners how a run has ended. What they throw is for the caller who began it; where there is none, for
   * `on.error`; and without that an uncaught error, as of any other listener that nobody waits for.
   */
  #tell(run: Run, args: readonly unknown[], errors: unknown[]): void {
    const { error: listener } = this.definition.options.on;
    const attempt = (listen: () => void, otherwise: (error: unknown) => void) => {
      try {
        listen();
      } catch (error) {
        if (run.isLed) run.troubles.push(error);
        else otherwise(error);
      }
    };
    const tellError = (error: unknown) => {
      if (listener === undefined) return;
      attempt(() => listener({ key: publicKeyOf(run.key), args: args as unknown[], error }), throwLater);
    };
    for (const error of errors) tellError(error);
    for (const listen of this.announcements()) attempt(listen, listener === undefined ? throwLater : tellError);
  }
}

function throwLater(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}

/** Milliseconds, of which half to all pass after a failure before the next reload. */
const BACK_OFF = 1000;
