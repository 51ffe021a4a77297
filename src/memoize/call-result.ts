import type { AgingEntry } from '../cache/aging-entry.js';
import type { CallLoad } from '../cache/call-load.js';
import { type Ages, agesOf } from '../cache/inspection.js';
import type { ReceiverCache } from '../cache/receiver-cache.js';
import type { CallKey } from '../key/call-key.js';
import { runBeside } from '../load/bypass.js';
import type { CallOutcome, CallReport } from '../load/call-report.js';
import type { Loader } from '../load/loader.js';
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
  const report = new Report();
  const answer = loader.call(cache, key, receiver, args, report);
  const tell = (value: unknown): CallResult => ({ value, ...report.found(cache, key) });
  // An entry that has answered may be replaced while the caller waits for its promise.
  return isPromise(answer) ? nativePromise(answer).then(tell) : tell(answer);
}

class Report implements CallReport {
  #outcome: CallOutcome = 'miss';
  #ages = NO_AGES;
  #load: CallLoad | undefined;
  /** The old value that had answered other callers of the load before this call joined it. */
  #standIn: AgingEntry | undefined;

  sees(cache: ReceiverCache, key: CallKey): void {
    this.#ages = agesOf(cache, key);
  }

  waitsFor(load: CallLoad): void {
    this.#load = load;
    this.#standIn = load.latest.standIn;
  }

  comesTo(outcome: CallOutcome): void {
    this.#outcome = outcome;
  }

  /** What the call has found, now that it has its answer. */
  found(cache: ReceiverCache, key: CallKey): Omit<CallResult, 'value'> {
    const outcome = this.#outcome;
    if (outcome === 'hit' || outcome === 'stale') return { outcome, ...this.#ages };
    const load = this.#load?.latest;
    if (load?.standIn !== undefined && load.standIn !== this.#standIn) {
      const now = cache.now();
      const { loadedAt, freshUntil } = load.standIn;
      return { outcome: 'stale', age: now - loadedAt, expiresIn: freshUntil - now };
    }
    return {
      outcome: outcome === 'miss' && load?.from === 'store' ? 'hit' : outcome,
      ...(load?.isStored ? agesOf(cache, key) : NO_AGES),
    };
  }
}

/** The ages of a value that is not stored. */
const NO_AGES: Ages = { age: 0, expiresIn: 0 };
