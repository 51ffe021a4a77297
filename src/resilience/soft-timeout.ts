import type { AgingEntry } from '../cache/aging-entry.js';
import { standIn } from '../cache/inspection.js';
import type { ReceiverCache } from '../cache/receiver-cache.js';
import { startTimer } from '../time/timer.js';
import type { SharedLoad } from './shared-load.js';

/**
 * Returns the promise that callers of a load wait for. If the load takes longer than `softTimeout` and there is an old value
 * that `staleIfError` allows, the promise is fulfilled with that value.
 */
export function answerWithinSoftTimeout(cache: ReceiverCache, load: SharedLoad): Promise<unknown> {
  const { softTimeout } = cache.definition.options;
  const answer = load.promise!;
  if (softTimeout === Infinity || load.isSlow || load.isSettled) return answer;
  load.earlyAnswer ??= new Promise((resolve, reject) => {
    answer.then(resolve, reject);
    load.onSettled(startTimer(softTimeout, () => answerEarly(cache, load, resolve)));
  });
  return load.earlyAnswer;
}

function answerEarly(cache: ReceiverCache, load: SharedLoad, resolve: (value: unknown) => void): void {
  load.isSlow = true;
  let entry: AgingEntry | undefined;
  try {
    entry = standIn(cache, load.key, cache.now());
  } catch {
    // The clock threw. The callers continue to wait for the load.
  }
  if (entry === undefined) return;
  cache.count('staleHits', load.waiting);
  load.standIn = entry;
  load.dismiss();
  resolve(entry.value);
}
