import type { Kept } from '../cache/aging-entry.js';
import type { CallLoad } from '../cache/call-load.js';
import { callAll } from '../call-all.js';
import { signalOf } from '../definition/caller-signal.js';
import type { CallKey } from '../key/call-key.js';
import { startTimer } from '../time/timer.js';
import { abortable } from './abortable.js';
import { Runner } from './load-runner.js';
import { Run, type Waiter } from './shared-load.js';

/**
 * A resilient cache: that of an async method whose source may be slow, fail or hang. Callers get an old value as RFC 5861
 * allows it, a failure that is remembered, or wait for a run, as long as they want to.
 */
export class Resilient extends Runner {
  override call(key: CallKey, receiver: unknown, args: readonly unknown[]): unknown {
    const { signal: pick } = this.definition.options;
    const signal = pick && signalOf(pick, receiver, args);
    if (signal?.aborted) return Promise.reject(signal.reason);
    const waiter: Waiter = { receiver, args, signal };
    const kept = this.find(key) as Kept | undefined;
    if (kept !== undefined) {
      const now = this.now();
      if (kept.wantsReload(now)) this.reload(key, waiter);
      if (kept.isServed(now)) return this.#answer(key, args, kept.value, !kept.isFresh(now));
    }
    const failure = this.failureOf(key);
    if (failure !== undefined) return this.#answer(key, args, Promise.reject(failure.error), false);
    // Before the look for a load, as a clock is anybody's code, and may begin one.
    const since = this.stopwatch();
    const joined = this.join(key);
    return joined === undefined ? this.#lead(key, waiter, since) : this.#join(joined, waiter);
  }

  /** Gives a caller what is there, as a hit. */
  #answer(key: CallKey, args: readonly unknown[], answer: Promise<unknown>, isStale: boolean): Promise<unknown> {
    this.hit();
    if (isStale) this.count('staleHits');
    try {
      callAll([() => this.definition.listeners.hit(key, args, answer), ...this.announcements()]);
    } catch (error) {
      // The caller is given this error, and so will not hear of a failure that is remembered.
      answer.catch(() => {});
      throw error;
    }
    return answer;
  }

  /** A call that begins a load and waits for it. */
  #lead(key: CallKey, waiter: Waiter, since: number): unknown {
    const run = this.begin(key, waiter, false, since);
    if (run.thrown !== undefined) run.throwTroubles(run.thrown.error);
    // Its signal may outlive the receiver, which nobody will need for another run.
    const leader: Waiter = { receiver: undefined, args: [], signal: waiter.signal };
    const answer = this.#wait(run, leader);
    const given = this.definition.listeners.hearEnds ? run.led(answer) : answer;
    try {
      this.tellMiss(run, waiter.args, given);
    } catch (error) {
      run.isLed = false;
      throw error;
    }
    return given;
  }

  /** A call that waits for the load of another. */
  #join(load: CallLoad, waiter: Waiter): unknown {
    const kept = this.meanwhile(load);
    if (kept !== undefined) return this.#answer(load.key, waiter.args, kept.value, true);
    if (this.isDoubtful(load)) return this.#doubt(load, { ...waiter, doubts: true });
    const run = runOf(load);
    // Counted as waiting before any listener is told, which may have others leave.
    run?.join(waiter);
    try {
      this.#coalesce(load, waiter, load.promise!);
    } catch (error) {
      if (run?.leave(waiter)) this.giveUp(run, error);
      throw error;
    }
    return this.#wait(load, waiter);
  }

  /** A call that waits for the load of another to learn whether its result is one that it may have. */
  #doubt(load: CallLoad, waiter: Waiter): Promise<unknown> {
    const { receiver, args, signal } = waiter;
    const run = runOf(load);
    run?.join(waiter);
    const decide = (given?: unknown) => {
      if (waiter.isDismissed) return this.#coalesce(load, waiter, Promise.resolve(given));
      if (signal?.aborted) return this.#coalesce(load, waiter, Promise.reject(signal.reason));
      const { isOutdated } = run?.latest ?? load;
      return isOutdated ? this.callAnew(receiver, args) : this.#coalesce(load, waiter, load.promise!);
    };
    return this.#wait(load, waiter).then(decide, () => decide());
  }

  /** Gives a caller what another's load gives. */
  #coalesce({ key }: CallLoad, { args }: Waiter, answer: Promise<unknown>): Promise<unknown> {
    this.count('coalesced');
    return this.#answer(key, args, answer, false);
  }

  /** What a caller of a load waits for. */
  #wait(load: CallLoad, waiter: Waiter): Promise<unknown> {
    const { signal } = waiter;
    const run = runOf(load);
    const answer = run === undefined ? load.promise! : this.soon(run);
    if (signal === undefined) {
      if (run !== undefined) run.isWanted = true;
      return answer;
    }
    return abortable(answer, signal, () => {
      const latest = run?.latest;
      if (latest?.leave(waiter)) this.giveUp(latest, signal.reason);
    });
  }

  protected override soon(run: Run): Promise<unknown> {
    const { softTimeout } = this.definition.options;
    const answer = run.promise!;
    if (softTimeout === Infinity || run.isSlow || run.isOver) return answer;
    run.soon ??= new Promise((resolve, reject) => {
      answer.then(resolve, reject);
      run.until(startTimer(softTimeout, () => this.#slow(run, resolve)));
    });
    return run.soon;
  }

  #slow(run: Run, resolve: (value: unknown) => void): void {
    run.isSlow = true;
    let kept: Kept | undefined;
    try {
      kept = this.standIn(run.key, this.now());
    } catch {
      // A clock that throws leaves them waiting for the load.
    }
    if (kept === undefined) return;
    this.count('staleHits', run.waiting);
    run.dismiss();
    resolve(kept.value);
  }
}

function runOf(load: CallLoad): Run | undefined {
  return load instanceof Run ? load : undefined;
}
