import type { Kept } from '../cache/aging-entry.js';
import { isAbsent, withoutSignal } from '../definition/caller-signal.js';
import { asyncOptionOf } from '../definition/resolved-options.js';
import { mismatch, OptionError, TimeoutError } from '../errors.js';
import { type CallKey, isSameKey } from '../key/call-key.js';
import { running } from '../load/load-context.js';
import { isPromise, nativePromise } from '../promise.js';
import { dropContext } from '../promise-context.js';
import { refresh } from '../time/clock.js';
import { startTimer } from '../time/timer.js';
import { Keeper } from './keeper.js';
import { Run, type Waiter } from './shared-load.js';

/**
 * A runner: a keeper that runs the method for all who wait, and settles each run: by its result, its failure, its
 * timeout, or for want of anybody who waits.
 */
export abstract class Runner extends Keeper {
  /** Begins a load in the background, unless one is in flight. */
  protected reload(key: CallKey, waiter: Waiter): void {
    // First, as a clock is anybody's code, and may make this very call.
    const since = this.stopwatch();
    if (this.loadOf(key) === undefined) this.begin(key, waiter, true, since);
  }

  /** Begins a load, for a caller or in the background, at a time that was read. What its method throws at once stays in it. */
  protected begin(key: CallKey, { receiver, args, signal }: Waiter, isBackground: boolean, since: number): Run {
    const { definition } = this;
    const { signal: pick, timeout, many } = definition.options;
    const loads = this.inFlight();
    const { depth } = loads;
    const outer = running.load;
    const run = new Run(key, depth + 1, since, signal, isBackground);
    loads.begin(run);
    loads.depth = depth + 1;
    running.load = pick === undefined && timeout === Infinity ? undefined : run;
    if (isBackground) this.count('refreshes');
    else this.missed();
    this.count('pending');
    try {
      // A batch is made of single arguments.
      const isAlone = many !== undefined && pick !== undefined;
      const given = isAlone ? aloneIn(withoutSignal(pick, receiver, args)) : run.forMethod(args);
      const source: unknown = definition.method.apply(receiver, given as unknown[]);
      if (!isPromise(source)) {
        const option = asyncOptionOf(definition.options);
        throw new OptionError(mismatch(`${option} of ${definition.name}`, 'a method that returns promises', source));
      }
      this.#follow(run, args, nativePromise(source));
    } catch (error) {
      run.thrown = { error };
    }
    loads.depth = depth;
    running.load = outer;
    if (run.thrown !== undefined) {
      // It is thrown, unless an old value stands in.
      run.answer.catch(() => {});
      this.#fail(run, args, run.thrown.error);
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
    if (timeout === Infinity) return;
    const expire = () => {
      const error = new TimeoutError(`${this.definition.name} took longer than ${timeout} ms`);
      run.isTimedOut = true;
      // First, so that who hears of the failure and loads again meets a source that was told to stop.
      run.abort(error);
      this.#fail(run, args, error);
    };
    run.until(startTimer(timeout, expire));
  }

  #succeed(run: Run, args: readonly unknown[], result: unknown): void {
    if (run.isOver) return;
    this.renew();
    // An entry that has made room is not brought back by a reload that nobody has asked for.
    if (run.isEvicted && run.isBackground && run.waiting === 0) this.end(run);
    const isCurrent = this.loadOf(run.key) === run;
    this.#finish(run, false);
    try {
      this.settle(run, args, result, run.promise);
    } catch (error) {
      this.#recover(run, args, error, isCurrent);
      return;
    }
    dropContext(run.answer);
    run.resolve(result);
    this.#tell(run, args, this.announcements());
  }

  #fail(run: Run, args: readonly unknown[], error: unknown): void {
    if (run.isOver) return;
    run.isOutdated = this.isDoubtful(run);
    this.#finish(run, true);
    this.renew();
    const isCurrent = this.end(run);
    if (run.isSpoilt && run.heirs.length > 0) this.#inherit(run, error);
    else this.#recover(run, args, error, isCurrent);
  }

  /** Has those who still wait for a run that its first caller has spoilt get what there is by now, or begins it anew. */
  #inherit(run: Run, error: unknown): void {
    // Nobody may be waiting.
    run.answer.catch(() => {});
    try {
      run.resolve(this.#inheritance(run, run.heirs, error));
    } catch (trouble) {
      // Besides the error, as a clock, or what makes the key, is anybody's code.
      run.reject(trouble);
    }
  }

  /** What heirs get: an entry, the result of a load in flight, or of one that is begun for them. Throws the error when there are none. */
  #inheritance(run: Run, heirs: readonly Waiter[], error: unknown): Promise<unknown> {
    // The arguments of others have been changed since, and would load something else.
    const heir = heirs.find(({ receiver, args }) => isSameKey(this.definition.keyOf(receiver, args), run.key));
    if (heir === undefined) throw error;
    const kept = this.kept(run.key);
    if (kept?.isServed(this.now())) return kept.value;
    const since = this.stopwatch();
    const known = this.join(run.key);
    const next = known ?? this.begin(run.key, heir, true, since);
    if (!(next instanceof Run)) return next.promise!;
    run.handOver(next);
    for (const each of heirs) next.join(each);
    const wasWanted = known !== undefined && next.isWanted;
    next.isWanted = wasWanted || heirs.some(({ signal }) => signal === undefined);
    if (next.thrown !== undefined) throw next.thrown.error;
    return this.soon(next);
  }

  protected giveUp(run: Run, reason: unknown): void {
    this.#finish(run, true);
    this.end(run);
    run.answer.catch(() => {});
    run.reject(reason);
    run.abort(reason);
  }

  #finish(run: Run, failed: boolean): void {
    run.over();
    this.count('pending', -1);
    this.ended(run, failed);
  }

  /** Has an old value stand in for a result that there is none of, or gives the error to those who wait. */
  #recover(run: Run, args: readonly unknown[], error: unknown, isCurrent: boolean): void {
    let kept: Kept | undefined;
    try {
      refresh();
      const now = this.now();
      if (isCurrent) this.remember(run, error, now);
      kept = this.standIn(run.key, now);
      // Those who doubt ask again.
      if (kept?.isFresh(now) === false) this.count('staleHits', run.waiting - run.doubters);
    } catch {
      // A clock that throws must not keep the error from those who wait.
    }
    if (kept === undefined) run.reject(error);
    else {
      run.thrown = undefined;
      run.promise = run.answer;
      run.resolve(kept.value);
    }
    const tell = () => this.definition.listeners.error(run.key, args, error);
    this.#tell(run, args, [tell, ...this.announcements()]);
  }

  /** Tells the listeners how a run has ended. What they throw is for the caller who began it, if that one waits. */
  #tell(run: Run, args: readonly unknown[], listeners: readonly (() => void)[]): void {
    if (!run.isLed) {
      this.definition.listeners.alone(run.key, args, listeners);
      return;
    }
    for (const listen of listeners) {
      try {
        listen();
      } catch (error) {
        run.troubles.push(error);
      }
    }
  }

  /** What those wait for who would rather have an old value than wait for long. */
  protected abstract soon(run: Run): Promise<unknown>;
}

/** The one argument of a batched call, whose signal, which is not among these any more, may be said to be absent. */
function aloneIn(args: readonly unknown[]): readonly unknown[] {
  return args.slice(1).every(isAbsent) ? args.slice(0, 1) : args;
}
