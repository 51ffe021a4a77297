import type { AgingEntry } from '../cache/aging-entry.js';
import type { CallLoad } from '../cache/call-load.js';
import { Failures } from '../cache/failures.js';
import { agingEntry, mayBeInvalidated, standIn } from '../cache/inspection.js';
import { beginLoad, endLoad, joinLoad } from '../cache/loads-in-flight.js';
import type { ReceiverCache } from '../cache/receiver-cache.js';
import { isAbsent, withoutSignal } from '../definition/caller-signal.js';
import { asyncOptionOf } from '../definition/resolved-options.js';
import { mismatch, OptionError, TimeoutError } from '../errors.js';
import { type CallKey, isSameKey } from '../key/call-key.js';
import { countEnd, readClock } from '../load/await-load.js';
import { running } from '../load/load-context.js';
import { settle } from '../load/settle.js';
import { dropContext, isPromise, nativePromise } from '../promise.js';
import { refresh } from '../time/clock.js';
import { startTimer } from '../time/timer.js';
import { SharedLoad, type Waiter } from './shared-load.js';
import { answerWithinSoftTimeout } from './soft-timeout.js';

/** The load runner: it runs the method for all callers that wait, and ends each load by its result, its failure or its timeout. */

/** Begins a load in the background, unless one is in flight. */
export function reload(cache: ReceiverCache, key: CallKey, waiter: Waiter): void {
  // First, as a clock is the user's code, and may make this very call.
  const since = readClock(cache);
  if (cache.loads?.get(key) === undefined) runLoad(cache, key, waiter, true, since);
}

/** Begins a load, for a caller or in the background, at a time that was read. It holds what its method throws at once. */
export function runLoad(
  cache: ReceiverCache,
  key: CallKey,
  { receiver, args, signal }: Waiter,
  isBackground: boolean,
  since: number,
): SharedLoad {
  const { definition } = cache;
  const { signal: pick, timeout, many } = definition.options;
  const outer = running.load;
  const load = new SharedLoad(key, since, signal, isBackground);
  beginLoad(cache, load);
  running.load = pick === undefined && timeout === Infinity ? undefined : load;
  if (isBackground) cache.count('refreshes');
  else cache.countMiss();
  cache.count('pending');
  try {
    // A batch is made of single arguments.
    const isBatched = many !== undefined && pick !== undefined;
    const given = isBatched ? loneArgument(withoutSignal(pick, receiver, args)) : load.argsForMethod(args);
    const source: unknown = definition.method.apply(receiver, given as unknown[]);
    if (!isPromise(source)) {
      const option = asyncOptionOf(definition.options);
      throw new OptionError(mismatch(`${option} of ${definition.name}`, 'a method that returns promises', source));
    }
    follow(cache, load, args, nativePromise(source));
  } catch (error) {
    load.thrown = { error };
    load.isDead = true;
  }
  running.load = outer;
  if (load.thrown !== undefined) {
    // It is thrown, unless an old value stands in.
    load.answer.catch(() => {});
    fail(cache, load, args, load.thrown.error);
  }
  return load;
}

/** Gives a load up when no caller waits for it any more. */
export function giveUp(cache: ReceiverCache, load: SharedLoad, reason: unknown): void {
  finish(cache, load, true);
  endLoad(cache, load);
  load.answer.catch(() => {});
  load.reject(reason);
  load.abort(reason);
}

function follow(cache: ReceiverCache, load: SharedLoad, args: readonly unknown[], source: Promise<unknown>): void {
  const { options, name } = cache.definition;
  const { timeout } = options;
  source.then(
    (result) => succeed(cache, load, args, result),
    (error) => fail(cache, load, args, error),
  );
  load.promise = load.answer;
  if (timeout === Infinity) return;
  const expire = () => {
    const error = new TimeoutError(`${name} took longer than ${timeout} ms`);
    load.isTimedOut = true;
    // First, so that a listener that is told of the failure and loads again meets a source that was told to stop.
    load.abort(error);
    fail(cache, load, args, error);
  };
  load.onSettled(startTimer(timeout, expire));
}

function succeed(cache: ReceiverCache, load: SharedLoad, args: readonly unknown[], result: unknown): void {
  if (load.isSettled) return;
  cache.clearIfOutdated();
  // A reload that no caller has asked for does not bring back an entry that was evicted to make room.
  if (load.isEvicted && load.isBackground && load.waiting === 0) endLoad(cache, load);
  const isCurrent = cache.loads?.get(load.key) === load;
  finish(cache, load, false);
  try {
    settle(cache, load, args, result, load.promise);
  } catch (error) {
    recover(cache, load, args, error, isCurrent);
    return;
  }
  dropContext(load.answer);
  load.resolve(result);
  tell(cache, load, args, cache.takePendingEvents());
}

function fail(cache: ReceiverCache, load: SharedLoad, args: readonly unknown[], error: unknown): void {
  if (load.isSettled) return;
  load.isOutdated = mayBeInvalidated(cache, load);
  finish(cache, load, true);
  cache.clearIfOutdated();
  const isCurrent = endLoad(cache, load);
  if (load.failedByCaller && load.remainingWaiters.length > 0) retryForWaiters(cache, load, error);
  else recover(cache, load, args, error, isCurrent);
}

/** The load failed because its first caller aborted. Answers the remaining callers from the cache, or loads again for them. */
function retryForWaiters(cache: ReceiverCache, load: SharedLoad, error: unknown): void {
  // No caller may be waiting.
  load.answer.catch(() => {});
  try {
    load.resolve(answerForWaiters(cache, load, load.remainingWaiters, error));
  } catch (trouble) {
    // Besides the error, as a clock, and the option `key`, are the user's code.
    load.reject(trouble);
  }
}

/** What waiting callers get: an entry, or the result of a load that is in flight or is begun for them. Else throws the error. */
function answerForWaiters(
  cache: ReceiverCache,
  load: SharedLoad,
  waiters: readonly Waiter[],
  error: unknown,
): Promise<unknown> {
  // Arguments that were changed since would load something else.
  const first = waiters.find(({ receiver, args }) => isSameKey(cache.definition.keyOf(receiver, args), load.key));
  if (first === undefined) throw error;
  const entry = agingEntry(cache, load.key);
  if (entry?.isServed(cache.now())) return entry.value;
  const since = readClock(cache);
  const known: CallLoad | undefined = joinLoad(cache, load.key);
  const next = known ?? runLoad(cache, load.key, first, true, since);
  if (!(next instanceof SharedLoad)) return next.promise!;
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

/** Has an old value stand in for a load that gave no result, or gives the error to the callers that wait. */
function recover(
  cache: ReceiverCache,
  load: SharedLoad,
  args: readonly unknown[],
  error: unknown,
  isCurrent: boolean,
): void {
  let entry: AgingEntry | undefined;
  try {
    refresh();
    const now = cache.now();
    if (isCurrent) remember(cache, load, error, now);
    entry = standIn(cache, load.key, now);
    // Callers that await a verdict ask again.
    if (entry?.isFresh(now) === false) cache.count('staleHits', load.waiting - load.awaitingVerdict);
  } catch {
    // A clock that throws must not keep the error from the callers that wait.
  }
  if (entry === undefined) load.reject(error);
  else {
    load.thrown = undefined;
    load.promise = load.answer;
    load.resolve(entry.value);
  }
  const tellError = () => cache.definition.listeners.error(load.key, args, error);
  tell(cache, load, args, [tellError, ...cache.takePendingEvents()]);
}

/** Has a failure answer later calls for `errorTtl`, and no reload begin for a while. */
function remember(cache: ReceiverCache, load: SharedLoad, error: unknown, now: number): void {
  const { errorTtl, tags } = cache.definition.options;
  const entry = agingEntry(cache, load.key);
  if (entry !== undefined) entry.retryAt = now + Math.max(errorTtl, BACK_OFF * (1 - Math.random() / 2));
  // What a method throws at once says nothing about a source, nor yet whether the method returns promises. A failure
  // that one caller has caused says nothing to others.
  if (errorTtl === 0 || load.thrown !== undefined || load.failedByCaller) return;
  const { extras } = cache;
  extras.failures ??= new Failures(cache.entries.capacity, () => cache.now(), tags !== undefined);
  extras.failures.write(load.key, { error, tagTime: load.tagTime }, errorTtl);
}

/** Tells listeners how a load has ended. The caller that began it gets what they throw, if it waits. */
function tell(cache: ReceiverCache, load: SharedLoad, args: readonly unknown[], events: readonly (() => void)[]): void {
  if (!load.isLed) {
    cache.definition.listeners.notifyDetached(load.key, args, events);
    return;
  }
  for (const event of events) {
    try {
      event();
    } catch (error) {
      load.listenerErrors.push(error);
    }
  }
}

/** The one argument of a batched call. Its signal is not among these any more; an argument may say that there is none. */
function loneArgument(args: readonly unknown[]): readonly unknown[] {
  return args.slice(1).every(isAbsent) ? args.slice(0, 1) : args;
}

/** Milliseconds, of which half to all pass after a failure before the next reload. */
const BACK_OFF = 1000;
