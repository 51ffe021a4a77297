import type { AgingEntry } from '../cache/aging-entry.js';
import { agingEntry, standIn } from '../cache/inspection.js';
import type { ReceiverCache } from '../cache/receiver-cache.js';
import { rememberFailure } from './remember-failure.js';
import type { SharedLoad } from './shared-load.js';

/**
 * Judges a failure as the options say: removes an old value that the error proves wrong, and remembers the failure. Returns
 * the entry whose value stands in for it, if one may.
 *
 * @param counts Whether the failure says something about the key as it is now: not if the load was fenced.
 * @param isAnswer Whether the error is one of the source, not one of an option that was given the result.
 * @param troubles Takes what the options throw. The callers get the error of the load nevertheless.
 */
export function judgeFailure(
  cache: ReceiverCache,
  load: SharedLoad,
  args: readonly unknown[],
  error: unknown,
  now: number,
  counts: boolean,
  isAnswer: boolean,
  troubles: unknown[],
): AgingEntry | undefined {
  const { definition } = cache;
  const ask = <T>(question: () => T): T | undefined => {
    try {
      return question();
    } catch (thrown) {
      troubles.push(thrown);
      return undefined;
    }
  };
  const { key } = load;
  const old = agingEntry(cache, key);
  // The failure of a caller that has aborted is no answer of the source.
  const isAllowed = old === undefined || load.failedByCaller || ask(() => definition.mayStandIn(error, args));
  if (counts) {
    const errorTtl = ask(() => definition.errorTtlOf(error, args)) ?? 0;
    // The options are the user's code, and may have stored another one.
    if (isAnswer && isAllowed === false && agingEntry(cache, key) === old) cache.entries.remove(key, 'replaced');
    rememberFailure(cache, load, error, now, errorTtl, isAllowed === true);
  }
  return isAllowed ? standIn(cache, key, now) : undefined;
}
