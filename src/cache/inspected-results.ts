import { publicKeyOf } from '../key/call-key.js';
import { type InspectOptions, inspectedMap } from '../lru/inspected-map.js';
import { resultOf } from './entries.js';
import { peek } from './inspection.js';
import type { ReceiverCache } from './receiver-cache.js';

export type { InspectOptions };

/** Returns the Map that `util.inspect` shows for the results of a cache. Calls no listener. */
export function inspectedResults(cache: ReceiverCache, options?: InspectOptions): Map<unknown, unknown> {
  return inspectedMap(
    cache,
    'CallCache',
    cache.current,
    (key) => {
      const stored = peek(cache, key);
      return stored === undefined ? [] : [[publicKeyOf(key), resultOf(stored)]];
    },
    options,
  );
}
