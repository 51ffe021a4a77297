import type { CallStats } from '../definition/stats.js';
import { caches } from '../memoize/registry.js';
import { entriesOf } from '../platform.js';
import { ownOptions, requireCallback, requireOption } from '../validate.js';

/** What `collect` uses of prom-client. The module itself fits. */
export interface PromClient {
  readonly Counter: new (
    configuration: MetricConfiguration,
  ) => { reset(): void; inc(labels: Labels, value: number): void };
  readonly Gauge: new (
    configuration: MetricConfiguration,
  ) => { reset(): void; set(labels: Labels, value: number): void };
}

/** The configuration of a metric of prom-client. */
export interface MetricConfiguration {
  name: string;
  help: string;
  labelNames: string[];
  registers?: any[];
  collect(this: any): void;
}

/** The options of `collect`. */
export interface CollectOptions {
  /**
   * The registries of prom-client that get the metrics.
   * @default the global one
   */
  readonly registers?: readonly object[] | undefined;
  /**
   * What the name of each metric begins with.
   * @default ''
   */
  readonly prefix?: string | undefined;
}

type Labels = Record<string, string>;

/** One value of a metric, of the caches with one name. */
type Sample = readonly [labels: Labels, value: number];

/** A metric: what it tells of the counts of one definition, whose cache is a label. */
interface Metric {
  readonly kind: 'Counter' | 'Gauge';
  readonly help: string;
  readonly labels: readonly string[];
  samples(stats: CallStats): readonly Sample[];
}

/**
 * Registers the metrics of all caches of this process with prom-client. They are read from `caches()` at each scrape, and cost
 * nothing between two. Caches with one name are summed. The labels are the name of the cache and fixed words, never a key.
 *
 * @param client The module `prom-client`.
 * @example collect(client)
 */
export function collect(client: PromClient, options: CollectOptions = {}): void {
  const { registers, prefix = '' } = ownOptions(options, 'registers prefix');
  requireOption(typeof prefix === 'string', 'prefix', 'a string', prefix);
  for (const [name, metric] of entriesOf(METRICS)) {
    const { kind, help, labels } = metric;
    const Made = client[kind] as PromClient['Counter'] & PromClient['Gauge'];
    requireCallback(kind, Made);
    new Made({
      name: prefix + name,
      help,
      labelNames: ['cache', ...labels],
      ...(registers && { registers: [...registers] }),
      collect() {
        this.reset();
        for (const [sample, value] of samplesOf(metric)) {
          if (kind === 'Counter') this.inc(sample, value);
          else this.set(sample, value);
        }
      },
    });
  }
}

/** The samples of a metric, of all live definitions. Those of one name are summed. */
function samplesOf({ samples }: Metric): Iterable<Sample> {
  const sums = new Map<string, [Labels, number]>();
  for (const cache of caches()) {
    for (const [labels, value] of samples(cache.stats())) {
      const all = { cache: cache.name, ...labels };
      const id = JSON.stringify(all);
      const sum = sums.get(id);
      if (sum === undefined) sums.set(id, [all, value]);
      else sum[1] += value;
    }
  }
  return sums.values();
}

/** All metrics, under the names that Micrometer has for them where it has one. */
const METRICS: Record<string, Metric> = {
  cache_gets_total: {
    kind: 'Counter',
    help: 'Calls that a cache was asked for, by whether it or its store had the result.',
    labels: ['result'],
    samples: ({ hits, misses }) => [
      [{ result: 'hit' }, hits],
      [{ result: 'miss' }, misses],
    ],
  },
  cache_evictions_total: {
    kind: 'Counter',
    help: 'Entries that have left a cache, by cause.',
    labels: ['cause'],
    samples: ({ evictions }) => entriesOf(evictions).map(([cause, count]) => [{ cause }, count]),
  },
  cache_load_total: {
    kind: 'Counter',
    help: 'Loads that have ended, by whether they have given a result.',
    labels: ['result'],
    samples: ({ loads, loadErrors }) => [
      [{ result: 'success' }, loads],
      [{ result: 'failure' }, loadErrors],
    ],
  },
  cache_load_duration_seconds: {
    kind: 'Gauge',
    help: 'The time that all loads have taken together.',
    labels: [],
    samples: ({ totalLoadTime }) => [[{}, totalLoadTime / 1000]],
  },
  cache_stale_hits_total: {
    kind: 'Counter',
    help: 'Calls that were answered with a stale value: hits, and calls that waited for a load.',
    labels: [],
    samples: ({ staleHits }) => [[{}, staleHits]],
  },
  cache_coalesced_total: {
    kind: 'Counter',
    help: 'Hits that joined a load in flight.',
    labels: [],
    samples: ({ coalesced }) => [[{}, coalesced]],
  },
  cache_store_hits_total: {
    kind: 'Counter',
    help: 'Hits that the store answered, as no entry in memory did.',
    labels: [],
    samples: ({ storeHits }) => [[{}, storeHits]],
  },
  cache_bypassed_total: {
    kind: 'Counter',
    help: 'Calls for which the method ran beside the cache.',
    labels: [],
    samples: ({ bypassed }) => [[{}, bypassed]],
  },
};
