import { CallTotals, type Totals } from '../memoize/call-totals.js';
import { observeOnce } from '../observe/observe.js';
import { RisingCounts } from '../observe/rising-counts.js';
import { UndecidedCalls } from '../observe/undecided-calls.js';
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

/** A metric: what it tells of the counts of the caches with one name, which is a label. `undecided` of the misses may be none. */
interface Metric {
  readonly kind: 'Counter' | 'Gauge';
  readonly help: string;
  readonly labels: readonly string[];
  samples(totals: Totals, undecided: number): readonly Sample[];
}

/**
 * Registers the metrics of all caches of this process with prom-client. They are read from `stats()` at each scrape, and cost a
 * hit nothing between two. Loads are only observed where there is a store, since a call counts as a miss while one is asked.
 * Caches with one name are summed. The labels are the name of the cache and fixed words, never a key.
 *
 * @param client The module `prom-client`.
 * @example collect(client)
 */
export function collect(client: PromClient, options: CollectOptions = {}): void {
  const { registers, prefix = '' } = ownOptions(options, 'registers prefix');
  requireOption(typeof prefix === 'string', 'prefix', 'a string', prefix);
  const totals = new CallTotals();
  const counts = new RisingCounts();
  const undecided = observeOnce('prometheus', () => new UndecidedCalls());
  for (const [name, { kind, help, labels, samples }] of entriesOf(METRICS)) {
    const Made = client[kind] as PromClient['Counter'] & PromClient['Gauge'];
    requireCallback(kind, Made);
    new Made({
      name: prefix + name,
      help,
      labelNames: ['cache', ...labels],
      ...(registers && { registers: [...registers] }),
      collect() {
        this.reset();
        for (const [cache, sum] of totals.byName()) {
          for (const [own, value] of samples(sum, undecided.count(cache))) {
            const all = { cache, ...own };
            const count = counts.next(JSON.stringify([name, all]), value);
            if (kind === 'Counter') this.inc(all, count);
            else this.set(all, count);
          }
        }
      },
    });
  }
}

/** All metrics, under the names that Micrometer has for them where it has one. */
const METRICS: Record<string, Metric> = {
  cache_gets_total: {
    kind: 'Counter',
    help: 'Calls that a cache was asked for, by whether it or its store had the result.',
    labels: ['result'],
    samples: ({ hits, misses }, undecided) => [
      [{ result: 'hit' }, hits],
      [{ result: 'miss' }, misses - undecided],
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
