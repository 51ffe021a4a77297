import { type Ages, agesOf, recordOf } from '../cache/inspection.js';
import type { ReceiverCache } from '../cache/receiver-cache.js';
import type { Definition } from '../definition/definition.js';
import type { CallKey } from '../key/call-key.js';
import { runBeside } from '../load/bypass.js';
import type { CallOutcome, CallReport } from '../load/call-report.js';
import type { Loader } from '../load/loader.js';
import { sameValue } from '../platform.js';
import { isPromise, nativePromise } from '../promise.js';

/** The result of a call, with what the call came to. `CallCache.call` returns it, and `cacheStatus` makes a header of it. */
export interface CallResult<V = unknown> {
  /** The result. For an async method it is the awaited one. */
  readonly value: V;
  /**
   * `hit`: a fresh entry answered. `stale`: a value past its ttl answered, as the options allow. `miss`: the call began a
   * load. `coalesced`: it joined a load in flight. `bypassed`: the method ran beside the cache.
   */
  readonly outcome: CallOutcome;
  /**
   * The milliseconds since the value was loaded. For a value that was loaded before the first use of `call` or
   * `loadContext` and whose `ttl` is `Infinity` or a function, the milliseconds since that use.
   */
  readonly age: number;
  /**
   * The milliseconds until the value expires: `Infinity` if it never does, 0 if it is not stored, and below 0 for a
   * `stale` one.
   */
  readonly expiresIn: number;
}

/** Makes a call and tells what it came to. For an async method it returns a promise of that. */
export function resultOfCall(
  loader: Loader,
  cache: ReceiverCache,
  receiver: unknown,
  args: readonly unknown[],
): CallResult | Promise<CallResult> {
  const { definition } = cache;
  if (definition.isBypassed(receiver, args)) {
    const beside = (value: unknown): CallResult => ({ value, outcome: 'bypassed', age: 0, expiresIn: 0 });
    const given = runBeside(cache, receiver, args);
    return isPromise(given) ? nativePromise(given).then(beside) : beside(given);
  }
  const key = definition.keyOf(receiver, args);
  definition.record();
  const report: CallReport = { outcome: 'miss', load: undefined };
  const answer = loader.call(cache, key, receiver, args, report);
  const { outcome } = report;
  // An entry that has answered may be replaced while the caller waits for its promise.
  const known = outcome === 'hit' || outcome === 'stale' ? agesOf(cache, key) : undefined;
  if (!isPromise(answer)) return { value: answer, outcome, ...(known ?? agesOfResult(cache, key, answer)) };
  return nativePromise(answer).then((value) => {
    const standIn = report.load?.latest.standIn;
    const isOld = standIn !== undefined && isResult(definition, standIn.result, value);
    return { value, outcome: isOld ? 'stale' : report.outcome, ...(known ?? agesOfResult(cache, key, value)) };
  });
}

/** The ages of a key's entry, if it holds a result; zeros if the result was not stored. */
function agesOfResult(cache: ReceiverCache, key: CallKey, result: unknown): Ages {
  const record = recordOf(cache, key);
  return record !== undefined && isResult(cache.definition, record.result, result)
    ? agesOf(cache, key)
    : { age: 0, expiresIn: 0 };
}

/** Whether a caller was given a result. A copy may be one of it. */
function isResult({ options }: Definition, result: unknown, given: unknown): boolean {
  return options.copy !== undefined || sameValue(result, given);
}
