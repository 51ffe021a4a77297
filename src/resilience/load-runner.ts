import type { AgingEntry } from '../cache/aging-entry.js';
import type { CallLoad, Origin } from '../cache/call-load.js';
import { agingEntry, mayBeInvalidated } from '../cache/inspection.js';
import { beginLoad, endLoad } from '../cache/loads-in-flight.js';
import type { ReceiverCache } from '../cache/receiver-cache.js';
import { rethrow } from '../call-all.js';
import { argumentForBatch } from '../definition/caller-signal.js';
import { asyncOptionOf } from '../definition/resolved-options.js';
import { mismatch, OptionError, TimeoutError } from '../errors.js';
import { type CallKey, isSameKey } from '../key/call-key.js';
import { countEnd, fenceIfChanged, readClock } from '../load/await-load.js';
import { running } from '../load/load-context.js';
import { settle } from '../load/settle.js';
import { keepRunning } from '../load/wait-until.js';
import { dropContext, isPromise, nativePromise } from '../promise.js';
import { shared } from '../shared-registry.js';
import { refresh } from '../time/clock.js';
import { startTimer } from '../time/timer.js';
import { judgeFailure } from './judge-failure.js';
import { endOverdue, joinCurrent } from './overdue.js';
import { SharedLoad, type Waiter } from './shared-load.js';
import { answerWithinSoftTimeout } from './soft-timeout.js';

/** The load runner. It calls the method for all waiting callers. A result, a failure or a timeout ends the load. */

/** Begins a load in the background, unless a load of the key is in flight. */
export function reload(cache: ReceiverCache, key: CallKey, waiter: Waiter): void {
  // Reads the clock before looking for a load, because the user's clock may make the same call and begin a load.
  const since = readClock(cache);
  endOverdue(cache, key, since);
  if (cache.loads?.get(key) === undefined) runLoad(cache, key, waiter, 'background', since);
}

/**
 * Begins a load, for a caller, in the background or for a refresh. If the method throws instead of returning a promise, the returned load
 * has already failed and holds the error in `thrown`, unless an old value stands in.
 *
 * @param since The time on the cache's clock at which the load begins.
 */
export function runLoad(cache: ReceiverCache, key: CallKey, call: Waiter, origin: Origin, since: number): SharedLoad {
  const load = new SharedLoad(key, since, call.signal, origin);
  const observe = shared.observer?.load;
  if (observe === undefined) begin(cache, load, call);
  else observe(cache, load, () => begin(cache, load, call));
  return load;
}

function begin(cache: ReceiverCache, load: SharedLoad, call: Waiter): void {
  const { definition } = cache;
  const { receiver, args } = call;
  const { signal: pick, many } = definition.options;
  const { cache: outerCache, load: outer } = running;
  beginLoad(cache, load);
  if (load.origin === 'call') cache.countMiss();
  else cache.count('refreshes');
  cache.count('pending');
  try {
    // The batch takes one argument for each call, so the signal is removed first.
    const isBatched = many !== undefined && pick !== undefined;
    const methodArgs = isBatched ? argumentForBatch(pick, receiver, args) : load.argsForMethod(args);
    // Not earlier: the option `signal` may make calls too.
    running.cache = cache;
    running.load = load;
    running.key = load.key;
    const { source, method } = definition;
    const given: unknown = source
      ? source.load(cache, load, receiver, args, methodArgs)
      : method.apply(receiver, methodArgs as unknown[]);
    if (!isPromise(given)) {
      const option = asyncOptionOf(definition.options);
      throw new OptionError(mismatch(`${option} of ${definition.name}`, 'a method that returns promises', given));
    }
    follow(cache, load, call, nativePromise(given));
  } catch (error) {
    load.thrown = { error };
    load.isDead = true;
  }
  running.cache = outerCache;
  running.load = outer;
  if (load.thrown === undefined) {
    const ended = () => new Promise((end) => load.onSettled(() => end(0)));
    load.observed?.goesOn(ended());
    keepRunning(cache, load.key, args, ended);
    return;
  }
  // The caller gets the error from `thrown`, so the promise must not report an unhandled rejection.
  load.answer.catch(() => {});
  fail(cache, load, call, load.thrown.error);
}

/** Ends a load for which no caller waits any more, and aborts its signal. */
export function giveUp(cache: ReceiverCache, load: SharedLoad, reason: unknown): void {
  load.failure = { error: reason };
  finish(cache, load, true);
  endLoad(cache, load);
  load.answer.catch(() => {});
  load.reject(reason);
  load.abort(reason);
}

function follow(cache: ReceiverCache, load: SharedLoad, call: Waiter, source: Promise<unknown>): void {
  const { options, name } = cache.definition;
  const { timeout } = options;
  source.then(
    (result) => succeed(cache, load, call, result),
    (error) => fail(cache, load, call, error),
  );
  load.promise = load.answer;
  if (timeout === Infinity) return;
  load.expire = () => {
    const error = new TimeoutError(`${name} took longer than ${timeout} ms`);
    load.isTimedOut = true;
    // Aborts first: a listener for the failure may load again, and the source should know by then that it must stop.
    load.abort(error);
    fail(cache, load, call, error);
  };
  load.onSettled(startTimer(timeout, load.expire));
}

function succeed(cache: ReceiverCache, load: SharedLoad, { receiver, args }: Waiter, result: unknown): void {
  if (load.isSettled) return;
  cache.clearIfOutdated();
  // A background reload for which no caller waits does not bring back an entry that was evicted to make room.
  if (load.isEvicted && load.origin === 'background' && load.waiting === 0) endLoad(cache, load);
  finish(cache, load, false);
  fenceIfChanged(cache, load, receiver, args);
  const isCurrent = cache.loads?.get(load.key) === load;
  try {
    settle(cache, load, args, result, load.promise);
  } catch (error) {
    recover(cache, load, args, error, isCurrent, false);
    return;
  }
  dropContext(load.answer);
  load.resolve(result);
  load.notify(cache.definition.listeners, args, [...load.pendingEvents, ...cache.takePendingEvents()]);
}

function fail(cache: ReceiverCache, load: SharedLoad, { receiver, args }: Waiter, error: unknown): void {
  if (load.isSettled) return;
  load.failure = { error };
  load.isOutdated = mayBeInvalidated(cache, load);
  finish(cache, load, true);
  cache.clearIfOutdated();
  const isCurrent = endLoad(cache, load) && !cache.definition.isChanged(load.key, receiver, args);
  if (load.failedByCaller && load.remainingWaiters.length > 0) retryForWaiters(cache, load, error);
  else recover(cache, load, args, error, isCurrent);
}

/** The load failed because its first caller aborted. Answers the remaining callers from the cache, or loads again for them. */
function retryForWaiters(cache: ReceiverCache, load: SharedLoad, error: unknown): void {
  // Perhaps no caller waits, and then the rejection must not be reported as unhandled.
  load.answer.catch(() => {});
  const waiters = load.remainingWaiters;
  try {
    // Skips callers that have changed their arguments since the call, because these would load another result.
    const first = waiters.find(({ receiver, args }) => isSameKey(cache.definition.keyOf(receiver, args), load.key));
    if (first?.enter === undefined) load.reject(error);
    // A load that began in the context of the caller that aborted would see that caller's request, and fail again.
    else first.enter(() => retryFor(cache, load, first, error));
  } catch (thrown) {
    // This is an error of the option `key`.
    load.reject(thrown);
  }
}

/** Answers the remaining callers, on behalf of one of them, unless that one has aborted too. */
function retryFor(cache: ReceiverCache, load: SharedLoad, first: Waiter, error: unknown): void {
  if (first.signal?.aborted) {
    retryForWaiters(cache, load, error);
    return;
  }
  try {
    load.resolve(answerForWaiters(cache, load, first));
  } catch (thrown) {
    // This is the error of the new load, or of the user's clock.
    load.reject(thrown);
  }
}

/** Finds an answer for waiting callers: an entry, or the result of a load that is in flight or that it begins for them. */
function answerForWaiters(cache: ReceiverCache, load: SharedLoad, first: Waiter): Promise<unknown> {
  cache.clearIfOutdated();
  const entry = agingEntry(cache, load.key);
  if (entry?.isServed(cache.now())) return entry.value as Promise<unknown>;
  const since = readClock(cache);
  const known: CallLoad | undefined = joinCurrent(cache, load.key, since);
  const next = known ?? runLoad(cache, load.key, first, 'retry', since);
  if (!(next instanceof SharedLoad)) return next.promise!;
  const waiters = load.remainingWaiters;
  load.handOver(next);
  for (const waiter of waiters) next.join(waiter);
  const wasWanted = known !== undefined && next.isWanted;
  next.isWanted = wasWanted || waiters.some(({ signal }) => signal === undefined);
  if (next.thrown !== undefined) throw next.thrown.error;
  return answerWithinSoftTimeout(cache, next);
}

function finish(cache: ReceiverCache, load: SharedLoad, hasFailed: boolean): void {
  load.markSettled();
  cache.count('pending', -1);
  countEnd(cache, load.since, hasFailed);
}

/** Answers the callers of a failed load with an old value, if `staleIfError` allows one; otherwise with the error. */
function recover(
  cache: ReceiverCache,
  load: SharedLoad,
  args: readonly unknown[],
  error: unknown,
  isCurrent: boolean,
  isAnswer = true,
): void {
  let entry: AgingEntry | undefined;
  const troubles: unknown[] = [];
  if (load.origin === 'refresh') load.refreshFailure = { error };
  try {
    refresh();
    const now = cache.now();
    const counts = isCurrent && load.origin !== 'refresh';
    entry = judgeFailure(cache, load, args, error, now, counts, isAnswer, troubles);
    // Callers that await a verdict are not counted here, because they call again.
    if (entry?.isFresh(now) === false) {
      load.standIn = entry;
      cache.count('staleHits', load.waiting - load.awaitingVerdict);
    }
  } catch {
    // The clock threw. The waiting callers must get the error of the load nevertheless.
  }
  if (entry === undefined) load.reject(error);
  else {
    load.thrown = undefined;
    load.promise = load.answer;
    load.resolve(entry.value);
  }
  const notifyError = () => cache.definition.listeners.error(load.key, args, error);
  load.notify(cache.definition.listeners, args, [notifyError, ...cache.takePendingEvents()]);
  cache.definition.listeners.notifyDetached(load.key, args, troubles.map(rethrow));
}
