import type { AgingEntry } from '../cache/aging-entry.js';
import type { CallLoad } from '../cache/call-load.js';
import { failureOf, mayBeInvalidated, standInFor } from '../cache/inspection.js';
import type { ReceiverCache } from '../cache/receiver-cache.js';
import { reasonOf, signalOf } from '../definition/caller-signal.js';
import { argsOf, type CallKey } from '../key/call-key.js';
import { readClock } from '../load/await-load.js';
import type { CallReport } from '../load/call-report.js';
import { renewIdle } from '../load/idle.js';
import type { Loader } from '../load/loader.js';
import { notify, notifyMiss } from '../load/notify.js';
import { put } from '../load/put.js';
import type { QueueRefresh } from '../load/refresh.js';
import { rejected, resolved } from '../platform.js';
import { shared } from '../shared-registry.js';
import { abortable } from './abortable.js';
import { giveUp, reload, runLoad } from './load-runner.js';
import { endOverdue, joinCurrent, limit } from './overdue.js';
import { SharedLoad, type Waiter } from './shared-load.js';
import { answerWithinSoftTimeout } from './soft-timeout.js';

/**
 * The loader for async methods whose source may be slow, fail or hang. It answers a call with an entry, with an old value
 * as RFC 5861 allows, or with a remembered failure. Otherwise the caller waits for a load until its signal aborts.
 */
export class ResilientLoader implements Loader {
  readonly put = put;

  call(cache: ReceiverCache, key: CallKey, receiver: unknown, args: readonly unknown[], report?: CallReport): unknown {
    const { signal: pick } = cache.definition.options;
    const signal = pick && signalOf(pick, receiver, args);
    if (signal?.aborted) return rejected(reasonOf(signal));
    const waiter: Waiter = { receiver, args, signal, report };
    const entry = cache.find(key) as AgingEntry | undefined;
    if (entry !== undefined) {
      const now = cache.now();
      report?.sees(cache, key);
      renewIdle(cache, key, entry, now);
      if (entry.wantsReload(now)) reload(cache, key, waiter);
      if (entry.isServed(now))
        return this.#answer(cache, key, waiter, entry.value as Promise<unknown>, entry.isFresh(now) ? 'hit' : 'stale');
    }
    const failure = failureOf(cache, key);
    if (failure !== undefined) return this.#answer(cache, key, waiter, rejected(failure.error), 'hit');
    // Reads the clock before looking for a load, because the user's clock may begin one.
    const since = readClock(cache);
    const joined = joinCurrent(cache, key, since);
    return joined === undefined ? this.#lead(cache, key, waiter, since) : this.#join(cache, joined, waiter, since);
  }

  miss(cache: ReceiverCache, key: CallKey, receiver: unknown, args: readonly unknown[] = argsOf(key)): unknown {
    return this.call(cache, key, receiver, args);
  }

  refresh(
    cache: ReceiverCache,
    key: CallKey,
    receiver: unknown,
    args: readonly unknown[],
    queueRefresh: QueueRefresh,
  ): unknown {
    const { signal: pick } = cache.definition.options;
    const signal = pick && signalOf(pick, receiver, args);
    if (signal?.aborted) return rejected(reasonOf(signal));
    // A refresh that was lost with its request would have all others wait.
    endOverdue(cache, key, readClock(cache));
    let load: SharedLoad | undefined;
    const begin = (since: number) => {
      const begun = runLoad(cache, key, { receiver, args, signal }, 'refresh', since);
      if (begun.refreshFailure !== undefined) begun.throwListenerErrors(begun.refreshFailure.error);
      load = begun;
      const answer = () => {
        limit(cache, begun, cache.now());
        return begun.answerForLeader(begun.answer);
      };
      return { answer, failedByCaller: () => begun.failedByCaller };
    };
    const answer = queueRefresh(cache, key, { receiver, args, signal, begin }) as Promise<unknown>;
    if (signal === undefined) return answer;
    return abortable(answer, signal, () => {
      if (load !== undefined) load.isLed = false;
    });
  }

  /** Answers a call with a given promise, and counts it as a hit. */
  #answer(
    cache: ReceiverCache,
    key: CallKey,
    waiter: Waiter,
    answer: Promise<unknown>,
    outcome: 'hit' | 'stale' | 'coalesced',
    load?: CallLoad,
  ): unknown {
    this.#tell(cache, key, waiter, answer, outcome, load);
    return cache.definition.copyOf(answer);
  }

  /** Counts a call that a promise answers as a hit, and tells the listener. */
  #tell(
    cache: ReceiverCache,
    key: CallKey,
    { args, report }: Waiter,
    answer: Promise<unknown>,
    outcome: 'hit' | 'stale' | 'coalesced',
    load: CallLoad | undefined,
  ): void {
    cache.countHit();
    if (outcome === 'stale') cache.count('staleHits');
    else if (outcome === 'coalesced') {
      cache.count('coalesced');
      shared.observer?.coalesced(cache, load?.latest);
    }
    report?.comesTo(outcome);
    try {
      notify(cache, () => cache.definition.listeners.hit(key, args, answer));
    } catch (error) {
      // The caller gets the listener's error instead of the answer, so a rejected answer must not be reported as
      // unhandled.
      answer.catch(() => {});
      throw error;
    }
  }

  /** Begins a load for a call and waits for it. */
  #lead(cache: ReceiverCache, key: CallKey, waiter: Waiter, since: number): unknown {
    const { report } = waiter;
    const load = runLoad(cache, key, waiter, 'call', since);
    report?.waitsFor(load);
    report?.comesTo('miss');
    if (load.thrown !== undefined) load.throwListenerErrors(load.thrown.error);
    // Leaves out the receiver and the arguments: the signal may outlive them, and no other load will need them.
    const leader: Waiter = { receiver: undefined, args: [], signal: waiter.signal };
    const answer = this.#wait(cache, load, leader);
    const given = cache.definition.listeners.hasLoadEndListener ? load.answerForLeader(answer) : answer;
    try {
      notifyMiss(cache, load, waiter.args, given);
    } catch (error) {
      load.isLed = false;
      throw error;
    }
    return cache.definition.copyOf(given);
  }

  /** Lets a call wait for a load in flight. */
  #join(cache: ReceiverCache, load: CallLoad, caller: Waiter, now: number): unknown {
    const entry = standInFor(cache, load);
    if (entry !== undefined) return this.#answer(cache, load.key, caller, entry.value as Promise<unknown>, 'stale');
    const awaitsVerdict = mayBeInvalidated(cache, load);
    // All are own properties, so that none is read from Object.prototype.
    const waiter: Waiter = { ...caller, awaitsVerdict, isDismissed: false, enter: undefined };
    if (awaitsVerdict) return this.#awaitVerdict(cache, load, waiter);
    const shared = sharedOf(load);
    if (shared !== undefined) limit(cache, shared, now);
    waiter.report?.waitsFor(load);
    // Counts the caller as waiting before any listener runs, because a listener may abort the other callers.
    shared?.join(waiter);
    try {
      this.#tell(cache, load.key, waiter, load.promise!, 'coalesced', load);
    } catch (error) {
      if (shared?.leave(waiter)) giveUp(cache, shared, error);
      throw error;
    }
    return cache.definition.copyOf(this.#wait(cache, load, waiter));
  }

  /** Lets a call wait for a load whose result may be outdated. If it is, the call is made again. */
  #awaitVerdict(cache: ReceiverCache, load: CallLoad, waiter: Waiter): Promise<unknown> {
    const { receiver, args, signal } = waiter;
    const shared = sharedOf(load);
    shared?.join(waiter);
    waiter.report?.waitsFor(load);
    const decide = (given?: unknown) => {
      if (waiter.isDismissed) return this.#answer(cache, load.key, waiter, resolved(given), 'coalesced', load);
      if (signal?.aborted) return this.#answer(cache, load.key, waiter, rejected(reasonOf(signal)), 'coalesced', load);
      const { isOutdated } = shared?.latest ?? load;
      if (!isOutdated) return this.#answer(cache, load.key, waiter, load.promise!, 'coalesced', load);
      // Computes the key again, because the caller may have changed the arguments.
      return this.call(cache, cache.definition.keyOf(receiver, args), receiver, args, waiter.report);
    };
    return this.#wait(cache, load, waiter).then(decide, () => decide());
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
