import type { AgingEntry } from '../cache/aging-entry.js';
import type { CallLoad } from '../cache/call-load.js';
import { failureOf, mayBeInvalidated, standInFor } from '../cache/inspection.js';
import { joinLoad } from '../cache/loads-in-flight.js';
import type { ReceiverCache } from '../cache/receiver-cache.js';
import { signalOf } from '../definition/caller-signal.js';
import type { CallKey } from '../key/call-key.js';
import { readClock } from '../load/await-load.js';
import type { Loader } from '../load/loader.js';
import { notify, notifyMiss } from '../load/notify.js';
import { put } from '../load/put.js';
import { abortable } from './abortable.js';
import { giveUp, reload, runLoad } from './load-runner.js';
import { SharedLoad, type Waiter } from './shared-load.js';
import { answerWithinSoftTimeout } from './soft-timeout.js';

/**
 * The resilient loader, of an async method whose source may be slow, fail or hang. A caller gets an old value as RFC 5861
 * allows it, a failure that is remembered, or waits for a load, as long as it wants to.
 */
export class ResilientLoader implements Loader {
  readonly put = put;

  call(cache: ReceiverCache, key: CallKey, receiver: unknown, args: readonly unknown[]): unknown {
    const { signal: pick } = cache.definition.options;
    const signal = pick && signalOf(pick, receiver, args);
    if (signal?.aborted) return Promise.reject(signal.reason);
    const waiter: Waiter = { receiver, args, signal };
    const entry = cache.find(key) as AgingEntry | undefined;
    if (entry !== undefined) {
      const now = cache.now();
      if (entry.wantsReload(now)) reload(cache, key, waiter);
      if (entry.isServed(now)) return this.#answer(cache, key, args, entry.value, !entry.isFresh(now));
    }
    return this.#miss(cache, key, waiter);
  }

  miss(cache: ReceiverCache, key: CallKey, receiver: unknown, args: readonly unknown[]): unknown {
    return this.call(cache, key, receiver, args);
  }

  #miss(cache: ReceiverCache, key: CallKey, waiter: Waiter): unknown {
    const failure = failureOf(cache, key);
    if (failure !== undefined) return this.#answer(cache, key, waiter.args, Promise.reject(failure.error), false);
    // Before the look for a load, as a clock is the user's code, and may begin one.
    const since = readClock(cache);
    const joined = joinLoad(cache, key);
    return joined === undefined ? this.#lead(cache, key, waiter, since) : this.#join(cache, joined, waiter);
  }

  /** Answers a call with what is there, as a hit. */
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
      // The caller gets this error, and so does not learn of a failure that is remembered.
      answer.catch(() => {});
      throw error;
    }
    return answer;
  }

  /** A call that begins a load and waits for it. */
  #lead(cache: ReceiverCache, key: CallKey, waiter: Waiter, since: number): unknown {
    const load = runLoad(cache, key, waiter, false, since);
    if (load.thrown !== undefined) load.throwListenerErrors(load.thrown.error);
    // Its signal may outlive the receiver, which no other load will need.
    const leader: Waiter = { receiver: undefined, args: [], signal: waiter.signal };
    const answer = this.#wait(cache, load, leader);
    const given = cache.definition.listeners.hearEnds ? load.answerForLeader(answer) : answer;
    try {
      notifyMiss(cache, key, waiter.args, given);
    } catch (error) {
      load.isLed = false;
      throw error;
    }
    return given;
  }

  /** A call that waits for the load of another. */
  #join(cache: ReceiverCache, load: CallLoad, waiter: Waiter): unknown {
    const entry = standInFor(cache, load);
    if (entry !== undefined) return this.#answer(cache, load.key, waiter.args, entry.value, true);
    if (mayBeInvalidated(cache, load)) return this.#awaitVerdict(cache, load, { ...waiter, awaitsVerdict: true });
    const shared = sharedOf(load);
    // Counted as waiting before any listener is told, as a listener may make others leave.
    shared?.join(waiter);
    try {
      this.#coalesce(cache, load, waiter, load.promise!);
    } catch (error) {
      if (shared?.leave(waiter)) giveUp(cache, shared, error);
      throw error;
    }
    return this.#wait(cache, load, waiter);
  }

  /** A call that waits for the load of another to learn whether its result is one that it may have. */
  #awaitVerdict(cache: ReceiverCache, load: CallLoad, waiter: Waiter): Promise<unknown> {
    const { receiver, args, signal } = waiter;
    const shared = sharedOf(load);
    shared?.join(waiter);
    const decide = (given?: unknown) => {
      if (waiter.isDismissed) return this.#coalesce(cache, load, waiter, Promise.resolve(given));
      if (signal?.aborted) return this.#coalesce(cache, load, waiter, Promise.reject(signal.reason));
      const { isOutdated } = shared?.latest ?? load;
      if (!isOutdated) return this.#coalesce(cache, load, waiter, load.promise!);
      // The arguments may have been changed since: the call has the key that they have now.
      return this.call(cache, cache.definition.keyOf(receiver, args), receiver, args);
    };
    return this.#wait(cache, load, waiter).then(decide, () => decide());
  }

  /** Gives a caller what the load of another gives. */
  #coalesce(cache: ReceiverCache, { key }: CallLoad, { args }: Waiter, answer: Promise<unknown>): Promise<unknown> {
    cache.count('coalesced');
    return this.#answer(cache, key, args, answer, false);
  }

  /** The promise that a caller of a load waits for. */
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
      if (latest?.leave(waiter)) giveUp(cache, latest, signal.reason);
    });
  }
}

function sharedOf(load: CallLoad): SharedLoad | undefined {
  return load instanceof SharedLoad ? load : undefined;
}
