import { AgingEntry, answerOf } from '../cache/aging-entry.js';
import { CallLoad } from '../cache/call-load.js';
import { mayBeInvalidated } from '../cache/inspection.js';
import { beginLoad, dropDeadLoads, endLoad, FENCED, IDLE, isIdle, joinLoad } from '../cache/loads-in-flight.js';
import type { ReceiverCache } from '../cache/receiver-cache.js';
import { callAll } from '../call-all.js';
import { argsOf, type CallKey, isTokens, NO_ARGUMENTS } from '../key/call-key.js';
import { isPromise } from '../promise.js';
import { shared } from '../shared-registry.js';
import { refresh } from '../time/clock.js';
import { awaitLoad, countEnd, readClock } from './await-load.js';
import { runBeside } from './bypass.js';
import type { CallReport } from './call-report.js';
import { renewIdle } from './idle.js';
import { running } from './load-context.js';
import type { Loader } from './loader.js';
import { notify, notifyMiss, throwLoadError } from './notify.js';
import { refuseOneShot } from './one-shot.js';
import { put } from './put.js';
import type { QueueRefresh } from './refresh.js';
import { settle } from './settle.js';

/**
 * The read-through loader: a miss runs the method, one load at a time for each key, and stores what it returned unless
 * the load was fenced.
 */
export class ReadThrough implements Loader {
  readonly put = put;

  call(cache: ReceiverCache, key: CallKey, receiver: unknown, args: readonly unknown[], report?: CallReport): unknown {
    const stored = cache.find(key);
    const isOld = stored instanceof AgingEntry && !isFresh(cache, key, stored);
    if (stored === undefined || isOld) return this.miss(cache, key, receiver, args, report);
    report?.sees(cache, key);
    report?.comesTo('hit');
    const value = answerOf(stored);
    cache.countHit();
    cache.definition.listeners.hit(key, args, value);
    return cache.definition.copyOf(value);
  }

  miss(
    cache: ReceiverCache,
    key: CallKey,
    receiver: unknown,
    given?: readonly unknown[],
    report?: CallReport,
  ): unknown {
    const { definition } = cache;
    if (definition.isSuspended) return runBeside(cache, receiver, given ?? argsOf(key));
    report?.comesTo('miss');
    if (definition.isBare && definition.promises !== true && isIdle(cache) && !shared.observer?.load) {
      return this.#missAlone(cache, key, receiver, given);
    }
    const args = given ?? argsOf(key);
    // Before the look for a load, as a clock is the user's code, and may begin one.
    const since = readClock(cache);
    const joined = joinLoad(cache, key);
    if (joined !== undefined) return this.#join(cache, joined, receiver, args, report);
    return this.#run(cache, new CallLoad(key, since), receiver, args, report);
  }

  refresh(
    cache: ReceiverCache,
    key: CallKey,
    receiver: unknown,
    args: readonly unknown[],
    queueRefresh: QueueRefresh,
  ): unknown {
    const begin = (since: number) => {
      const answer = this.#run(cache, new CallLoad(key, since, 'refresh'), receiver, args);
      return { answer: () => answer, failedByCaller: () => false };
    };
    return queueRefresh(cache, key, { receiver, args, signal: undefined, begin });
  }

  #run(
    cache: ReceiverCache,
    load: CallLoad,
    receiver: unknown,
    args: readonly unknown[],
    report?: CallReport,
    isObserved = false,
  ): unknown {
    const observe = isObserved ? undefined : shared.observer?.load;
    if (observe !== undefined) {
      return observe(cache, load, () => this.#run(cache, load, receiver, args, report, true));
    }
    const { definition } = cache;
    // All that stays on the stack while the method runs, which may call itself deeply.
    const { cache: outerCache, load: outer } = running;
    let value: unknown;
    running.cache = cache;
    running.load = undefined;
    running.key = load.key;
    try {
      beginLoad(cache, load);
      report?.waitsFor(load);
      running.load = load;
      const { source } = definition;
      value = source
        ? source.load(cache, load, receiver, args, args)
        : definition.method.apply(receiver, args as unknown[]);
    } catch (error) {
      // First assignments, as the stack may be too full for a call.
      running.cache = outerCache;
      running.load = outer;
      load.isDead = true;
      return this.#failed(cache, load, load.since, load.key, args, error);
    }
    running.cache = outerCache;
    running.load = outer;
    return this.#loaded(cache, load, args, value);
  }

  /**
   * A miss of a bare definition in a cache where nothing else runs: the load is known by its key alone. While it is not
   * fenced no other load stores under its key, so that its result is added without another look.
   */
  #missAlone(cache: ReceiverCache, key: CallKey, receiver: unknown, args: readonly unknown[] | undefined): unknown {
    const { definition } = cache;
    const { timing } = definition;
    const isSample = !cache.isNew && timing.isDue();
    const since = isSample || cache.isNew ? readClock(cache) : undefined;
    const { cache: outerCache, load: outer } = running;
    let value: unknown;
    cache.running = key;
    running.cache = cache;
    running.load = undefined;
    try {
      const { method } = definition;
      if (args !== undefined) value = method.apply(receiver, args as unknown[]);
      // A list of the arguments would be garbage at once.
      else if (!isTokens(key)) value = key === NO_ARGUMENTS ? method.call(receiver) : method.call(receiver, key);
      else if (key.length === 3) value = method.call(receiver, key[1], key[2]);
      else value = method.call(receiver, key[1], key[2], key[3]);
    } catch (error) {
      // First assignments, as above.
      const failed = running.load;
      cache.running = IDLE;
      running.cache = outerCache;
      running.load = outer;
      return this.#failed(cache, failed, since, key, args, error);
    }
    const wasFenced = cache.running === FENCED;
    // The method has asked for the context of its load, which has something to decide then.
    const asked = running.load;
    cache.running = IDLE;
    running.cache = outerCache;
    running.load = outer;
    if (cache.loads !== undefined) dropDeadLoads(cache);
    const isFenced = cache.clearIfOutdated() || wasFenced;
    if (asked !== undefined || isPromise(value)) {
      const load = asked ?? new CallLoad(key, since ?? readClock(cache));
      if (!isFenced) beginLoad(cache, load);
      return this.#loaded(cache, load, args ?? argsOf(key), value);
    }
    cache.countMiss();
    definition.promises ??= false;
    if (since === undefined) refresh();
    else cache.countTime(isSample ? timing.extrapolate(readClock(cache) - since) : readClock(cache) - since);
    refuseOneShot(value, definition);
    if (!isFenced) cache.addValue(key, value, definition.options.ttl as number);
    return value;
  }

  #join(
    cache: ReceiverCache,
    load: CallLoad,
    receiver: unknown,
    args: readonly unknown[],
    report: CallReport | undefined,
  ): unknown {
    report?.comesTo('coalesced');
    report?.waitsFor(load);
    const join = () => {
      cache.countHit();
      cache.count('coalesced');
      shared.observer?.coalesced(cache, load);
      notify(cache, () => cache.definition.listeners.hit(load.key, args, load.promise));
      return cache.definition.copyOf(load.promise);
    };
    if (!mayBeInvalidated(cache, load)) return join();
    // The arguments may have been changed since: the call has the key that they have now.
    const callAgain = () => this.call(cache, cache.definition.keyOf(receiver, args), receiver, args, report);
    const decide = () => (load.isOutdated ? callAgain() : join());
    return load.promise!.then(decide, decide);
  }

  #failed(
    cache: ReceiverCache,
    load: CallLoad | undefined,
    since: number | undefined,
    key: CallKey,
    args: readonly unknown[] | undefined,
    error: unknown,
  ): never {
    if (load !== undefined) endLoad(cache, load);
    else if (cache.loads !== undefined) dropDeadLoads(cache);
    countBegin(cache, load);
    countEnd(cache, since, true);
    throwLoadError(cache, key, args ?? argsOf(key), error);
  }

  #loaded(cache: ReceiverCache, load: CallLoad, args: readonly unknown[], value: unknown): unknown {
    const { definition } = cache;
    let given = value;
    countBegin(cache, load);
    try {
      if (isPromise(value)) {
        definition.promises = true;
        const promise = awaitLoad(cache, load, args, value, true);
        // The caller gets what these listeners throw. The promise that others are given must not be spoilt by it.
        given = promise;
        if (definition.listeners.hasLoadEndListener || definition.source) {
          given = promise.then(
            (result) => {
              callAll(load.pendingEvents);
              return result;
            },
            (error) => throwLoadError(cache, load.key, args, error),
          );
        }
      } else {
        definition.promises ??= false;
        countEnd(cache, load.since, false);
        settle(cache, load, args, value, value);
      }
    } catch (error) {
      load.isDead = true;
      endLoad(cache, load);
      throwLoadError(cache, load.key, args, error);
    }
    notifyMiss(cache, load, args, given);
    return load.origin === 'call' ? definition.copyOf(given) : given;
  }
}

/** Counts a load that has begun: as the miss of the call that waits for it, or as a refresh. */
function countBegin(cache: ReceiverCache, load: CallLoad | undefined): void {
  if (load?.origin === 'refresh') cache.count('refreshes');
  else cache.countMiss();
}

/** Whether an entry that a call has found may answer it. */
function isFresh(cache: ReceiverCache, key: CallKey, entry: AgingEntry): boolean {
  const now = cache.now();
  renewIdle(cache, key, entry, now);
  return entry.isFresh(now);
}
