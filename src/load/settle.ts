import type { CallLoad } from '../cache/call-load.js';
import { mayBeInvalidated } from '../cache/inspection.js';
import { endLoad } from '../cache/loads-in-flight.js';
import type { ReceiverCache } from '../cache/receiver-cache.js';
import { wasInvalidated } from '../tags/invalidation-log.js';
import { refresh } from '../time/clock.js';
import { deepFreeze } from './freeze.js';
import { judge, keptBy } from './judge.js';
import { refuseOneShot } from './one-shot.js';
import { storeEntry } from './store-entry.js';

/**
 * Settles a load that has a result: ends it, and stores `stored` for it if the options want that and the load was not
 * fenced: then its callers still get the value, but it is not stored. What a callback throws ends the load too.
 *
 * @param isCalled Whether the method gave the result. What a caller has put is stored whatever `when` says.
 */
export function settle(
  cache: ReceiverCache,
  load: CallLoad,
  args: readonly unknown[],
  result: unknown,
  stored: unknown,
  isCalled = true,
): void {
  const { definition } = cache;
  let isEnded = false;
  try {
    // 1. Until its tags are known, any tag that was invalidated since it began may be one of them.
    load.isOutdated = mayBeInvalidated(cache, load);
    // 2. A result that only one caller could read is refused.
    refuseOneShot(result, definition);
    // 3. It is frozen, if the option says so.
    if (definition.options.freeze) deepFreeze(result);
    // 4. The options and the method say whether to store it, for how long, under which tags, and what it weighs. Where a store
    //    stands in front of the method, that was asked before.
    const { isWanted, ttl, tags, age } = load.judgement ?? judge(definition, load, result, args, isCalled);
    const kept = keptBy(load, result);
    const weight = isWanted ? definition.weightOf(result, args) : 0;
    // 5. A load whose tag was invalidated while it ran is outdated.
    load.isOutdated = wasInvalidated(tags, load.tagTime);
    // 6. Time has passed, and the definition may have been cleared.
    refresh();
    cache.clearIfOutdated();
    // 7. The load ends. One that was fenced or is outdated stores nothing.
    isEnded = true;
    load.isFenced = !endLoad(cache, load) || load.isOutdated;
    if (load.isFenced) return;
    // 8. The result is stored, in the form of the one that it keeps if it does; or it takes the place of what the source had before.
    if (isWanted) {
      const [value, awaited] = kept === undefined ? [stored, result] : [kept.value, kept.stored];
      storeEntry(cache, load.key, value, awaited, ttl, tags, weight, !isCalled, age);
      load.isStored = true;
      if (!isCalled) definition.source?.put(cache, load.key, result, ttl, tags);
    } else cache.entries.remove(load.key, 'replaced');
  } catch (error) {
    load.failure = { error };
    throw error;
  } finally {
    if (!isEnded) endLoad(cache, load);
  }
}
