import { callAll } from '../lru/call-all.js';
import { abortable } from './abortable.js';
import type { CallKey } from './call-key.js';
import type { CallLoad } from './call-load.js';
import { signalOf } from './caller-signal.js';
import type { Kept } from './kept.js';
import { Run, type Waiter } from './run.js';
import { Runner } from './runner.js';
import { startTimer } from './timer.js';

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
      if (kept.wantsReload(now) && this.loadOf(key) === undefined) this.begin(key, waiter, true);
      if (kept.isServed(now)) return this.#answer(key, args, kept.value, !kept.isFresh(now));
    }
    const failure = this.failureOf(key);
    if (failure !== undefined) return this.#answer(key, args, Promise.reject(failure.error), false);
    const joined = this.join(key);
    return joined === undefined ? this.#lead(key, waiter) : this.#join(joined, waiter);
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
  #lead(key: CallKey, waiter: Waiter): unknown {
    const run = this.begin(key, waiter, false);
    if (run.thrown !== undefined) run.throwTroubles(run.thrown.error);
    // Its signal may outlive the receiver, which nobody will need for another run.
    const leader: Waiter = { receiver: undefined, args: [], signal: waiter.signal };
    const answer = this.#wait(run, leader, run.promise!);
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
    const { receiver, args } = waiter;
    const { key } = load;
    const kept = load instanceof Run && load.isSlow ? this.standIn(key, this.now()) : undefined;
    if (kept !== undefined) return this.#answer(key, args, kept.value, true);
    // Counted as waiting before any listener is told, which may have others leave.
    if (load instanceof Run) load.join(waiter);
    const join = () => {
      this.count('coalesced');
      return this.#answer(key, args, load.promise!, false);
    };
    if (this.isDoubtful(load)) {
      const decide = () => (load.isOutdated ? this.callAnew(receiver, args) : join());
      return this.#wait(load, waiter, load.promise!.then(decide, decide));
    }
    try {
      join();
    } catch (error) {
      if (load instanceof Run && load.leave(waiter)) this.giveUp(load, error);
      throw error;
    }
    return this.#wait(load, waiter, load.promise!);
  }

  /** What a caller of a load waits for, to get `answer`. */
  #wait(load: CallLoad, waiter: Waiter, answer: Promise<unknown>): Promise<unknown> {
    const { signal } = waiter;
    const run = load instanceof Run ? load : undefined;
    const given = run === undefined ? answer : this.soon(run, answer);
    if (signal === undefined) {
      if (run !== undefined) run.isWanted = true;
      return given;
    }
    return abortable(given, signal, () => {
      const latest = run?.latest;
      if (latest?.leave(waiter)) this.giveUp(latest, signal.reason);
    });
  }

  /** What those wait for who would rather have an old value than wait for long. */
  protected override soon(run: Run, answer: Promise<unknown>): Promise<unknown> {
    const { softTimeout } = this.definition.options;
    if (softTimeout === Infinity || run.isSlow || run.isOver) return answer;
    const soon = () =>
      new Promise((resolve, reject) => {
        answer.then(resolve, reject);
        run.until(startTimer(softTimeout, () => this.#slow(run, resolve)));
      });
    if (answer !== run.promise) return soon();
    run.soon ??= soon();
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
    run.waiting = 0;
    run.isWanted = true;
    resolve(kept.value);
  }
}
