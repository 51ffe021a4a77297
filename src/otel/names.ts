import { assign, keysOf } from '../platform.js';
import { ownOptions, requireOption } from '../validate.js';

/**
 * The names of the metrics and attributes that `instrumentCaches` uses, in one table. OpenTelemetry has no conventions for
 * caches yet, so these names are experimental: they change when it has some.
 */
export const telemetryNames = {
  /** Metric: the calls, each counted once. Attributes: `cacheName`, `result`, and `tier` where a tier has answered. */
  requestCount: 'cache.request.count',
  /** Metric: the entries in memory, of the caches that have loaded since `instrumentCaches`. Attribute: `cacheName`. */
  entryCount: 'cache.entry.count',
  /** Metric: the entries that have left memory. Attributes: `cacheName` and `evictionReason`. */
  evictionCount: 'cache.eviction.count',
  /** Metric: the durations of loads in seconds. Attributes: `cacheName`, `outcome` and `source`. */
  loadDuration: 'cache.load.duration',
  /** Metric: the loads that have failed. Attribute: `cacheName`. */
  loadErrorCount: 'cache.load.error.count',
  /** The name of the cache. */
  cacheName: 'cache.name',
  /** What has answered a call: `memory` or `store`. */
  tier: 'cache.tier',
  /** What a call came to: `hit`, `stale`, `coalesced`, `miss` or `bypassed`. */
  result: 'cache.result',
  /** `capacity`, `expired`, `deleted`, `replaced` or `cleared`. */
  evictionReason: 'cache.eviction.reason',
  /** What a load came to: `stored`, `unstored`, `fenced`, `failed`, or `stale` where an old value stood in for a failure. */
  outcome: 'cache.load.outcome',
  /** Where the result of a load came from: `method` or `store`. */
  source: 'cache.load.source',
  /** Why a load runs, on spans: `call`, `retry`, `background` or `refresh`. */
  origin: 'cache.load.origin',
  /** The key of the call, on spans, where the option `keys` asks for it. */
  key: 'cache.key',
};

/** The names of metrics and attributes, as `telemetryNames` has them. */
export type TelemetryNames = Readonly<typeof telemetryNames>;

/** Returns the table with some of its names replaced. @throws OptionError for an unknown name, or one that is no text. */
export function namesWith(given: Partial<TelemetryNames> = {}): TelemetryNames {
  const own = ownOptions(given, keysOf(telemetryNames).join(' '), 'names');
  for (const key of keysOf(own) as (keyof TelemetryNames)[]) {
    if (own[key] === undefined) delete own[key];
    else requireOption(typeof own[key] === 'string' && own[key] !== '', `names.${key}`, 'a text', own[key]);
  }
  return assign({}, telemetryNames, own);
}
