import type { AgingEntry } from '../cache/aging-entry.js';
import type { CallLoad } from '../cache/call-load.js';
import { failureOf, mayBeInvalidated, standInFor } from '../cache/inspection.js';
import type { ReceiverCache } from '../cache/receiver-cache.js';
import { reasonOf, signalOf } from '../definition/caller-signal.js';
import { argsOf, type CallKey } from '../key/call-key.js';
import { readClock } from '../load/await-load.js';
import type { Loader } from '../load/loader.js';
import { notify, notifyMiss } from '../load/notify.js';
import { put } from '../load/put.js';
import { max, rejected, resolved } from '../platform.js';
import { startTimer } from '../time/timer.js';
import { abortable } from './abortable.js';
import { giveUp, reload, runLoad } from './load-runner.js';
import { joinCurrent } from './overdue.js';
import { SharedLoad, type Waiter } from './shared-load.js';
import { answerWithinSoftTimeout } from './soft-timeout.js';

/**
 * The loader for async methods whose source may be slow, fail or hang. It answers a call with an entry, with an old value
 * as RFC 5861 allows, or with a remembered failure. Otherwise the caller waits for a load until its signal aborts.
 */
export class ResilientLoader implements Loader {
  readonly put = put;

  call(cache: ReceiverCache, key: CallKey, receiver: unknown, args: readonly unknown[]): unknown {
    const { signal: pick } = cache.definition.options;
    const signal = pick && signalOf(pick, receiver, args);
    if (signal?.aborted) return rejected(reasonOf(signal));
    const waiter: Waiter = { receiver, args, signal };
    const entry = cache.find(key) as AgingEntry | undefined;
    if (entry !== undefined) {
      const now = cache.now();
      if (entry.wantsReload(now)) reload(cache, key, waiter);
      if (entry.isServed(now))
        return this.#answer(cache, key, args, entry.value as Promise<unknown>, !entry.isFresh(now));
    }
    const failure = failureOf(cache, key);
    if (failure !== undefined) return this.#answer(cache, key, args, rejected(failure.error), false);
    // Reads the clock before looking for a load, because the user's clock may begin one.
    const since = readClock(cache);
    const joined = joinCurrent(cache, key, since);
    return joined === undefined ? this.#lead(cache, key, waiter, since) : this.#join(cache, joined, waiter, since);
  }

  miss(cache: ReceiverCache, key: CallKey, receiver: unknown, args: readonly unknown[] = argsOf(key)): unknown {
    return this.call(cache, key, receiver, args);
  }

  /** Answers a call with a given promise, and counts it as a hit. */
  #answer(
    cache: ReceiverCache,
    key: CallKey,
    args: readonly unknown[],
    answer: Promise<unknown>,
    isStale: boolean,
  ): Promise<unknown> {
    cache.countHit();
    if (isStale) cache.count('staleHits');
    try {
      notify(cache, () => cache.definition.listeners.hit(key, args, answer));
    } catch (error) {
      // The caller gets the listener's error instead of the answer, so a rejected answer must not be reported as
      // unhandled.
      answer.catch(() => {});
      throw error;
    }
    return answer;
  }

  /** Begins a load for a call and waits for it. */
  #lead(cache: ReceiverCache, key: CallKey, waiter: Waiter, since: number): unknown {
    const load = runLoad(cache, key, waiter, false, since);
    if (load.thrown !== undefined) load.throwListenerErrors(load.thrown.error);
    // Leaves out the receiver and the arguments: the signal may outlive them, and no other load will need them.
    const leader: Waiter = { receiver: undefined, args: [], signal: waiter.signal };
    const answer = this.#wait(cache, load, leader);
    const given = cache.definition.listeners.hasLoadEndListener ? load.answerForLeader(answer) : answer;
    try {
      notifyMiss(cache, key, waiter.args, given);
    } catch (error) {
      load.isLed = false;
      throw error;
    }
    return given;
  }

  /** Lets a call wait for a load in flight. */
  #join(cache: ReceiverCache, load: CallLoad, caller: Waiter, now: number): unknown {
    const entry = standInFor(cache, load);
    if (entry !== undefined) return this.#answer(cache, load.key, caller.args, entry.value as Promise<unknown>, true);
    const { timeout } = cache.definition.options;
    const awaitsVerdict = mayBeInvalidated(cache, load);
    // All are own properties, so that none is read from Object.prototype.
    const waiter: Waiter = { ...caller, awaitsVerdict, isDismissed: false, enter: undefined };
    if (awaitsVerdict) return this.#awaitVerdict(cache, load, waiter);
    const shared = sharedOf(load);
    // The load's own timer may be lost with the request that began the load, and this caller must not wait for ever.
    if (shared?.expire) shared.onSettled(startTimer(max(1, timeout - now + shared.since), shared.expire));
    // Counts the caller as waiting before any listener runs, because a listener may abort the other callers.
    shared?.join(waiter);
    try {
      this.#coalesce(cache, load, waiter, load.promise!);
    } catch (error) {
      if (shared?.leave(waiter)) giveUp(cache, shared, error);
      throw error;
    }
    return this.#wait(cache, load, waiter);
  }

  /** Lets a call wait for a load whose result may be outdated. If it is, the call is made again. */
  #awaitVerdict(cache: ReceiverCache, load: CallLoad, waiter: Waiter): Promise<unknown> {
    const { receiver, args, signal } = waiter;
    const shared = sharedOf(load);
    shared?.join(waiter);
    const decide = (given?: unknown) => {
      if (waiter.isDismissed) return this.#coalesce(cache, load, waiter, resolved(given));
      if (signal?.aborted) return this.#coalesce(cache, load, waiter, rejected(reasonOf(signal)));
      const { isOutdated } = shared?.latest ?? load;
      if (!isOutdated) return this.#coalesce(cache, load, waiter, load.promise!);
      // Computes the key again, because the caller may have changed the arguments.
      return this.call(cache, cache.definition.keyOf(receiver, args), receiver, args);
    };
    return this.#wait(cache, load, waiter).then(decide, () => decide());
  }

  /** Answers a call with the promise of a load in flight, and counts it as coalesced. */
  #coalesce(cache: ReceiverCache, { key }: CallLoad, { args }: Waiter, answer: Promise<unknown>): Promise<unknown> {
    cache.count('coalesced');
    return this.#answer(cache, key, args, answer, false);
  }

  /** Returns the promise that a caller of a load waits for. */
  #wait(cache: ReceiverCache, load: CallLoad, waiter: Waiter): Promise<unknown> {
    const { signal } = waiter;
    const shared = sharedOf(load);
    const answer = shared === undefined ? load.promise! : answerWithinSoftTimeout(cache, shared);
    if (signal === undefined) {
      if (shared !== undefined) shared.isWanted = true;
      return answer;
    }
    return abortable(answer, signal, () => {
      const latest = shared?.latest;
      if (latest?.leave(waiter)) giveUp(cache, latest, reasonOf(signal));
    });
  }
}

function sharedOf(load: CallLoad): SharedLoad | undefined {
  return load instanceof SharedLoad ? load : undefined;
}
