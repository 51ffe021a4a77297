import type { AgingEntry } from '../cache/aging-entry.js';
import { standIn } from '../cache/inspection.js';
import type { ReceiverCache } from '../cache/receiver-cache.js';
import { startTimer } from '../time/timer.js';
import type { SharedLoad } from './shared-load.js';

/** The answer of a load for callers that are given an old value, where there is one, when it takes longer than `softTimeout`. */
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
    // Where a clock throws, the callers go on waiting for the load.
  }
  if (entry === undefined) return;
  cache.count('staleHits', load.waiting);
  load.dismiss();
  resolve(entry.value);
}
