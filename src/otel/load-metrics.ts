import type { Attributes, BatchObservableResult, Histogram, Meter, Observable } from '@opentelemetry/api';
import type { EvictionCause } from '../lru/options.js';
import { CallTotals, type Totals } from '../memoize/call-totals.js';
import type { LoadEvent } from '../observe/load-event.js';
import type { Observer } from '../observe/observe.js';
import { RisingCounts } from '../observe/rising-counts.js';
import { SeenCaches } from '../observe/seen-caches.js';
import { keysOf, valuesOf } from '../platform.js';
import type { ObservedCache } from '../shared-registry.js';
import { MemoryHits } from './memory-hits.js';
import type { TelemetryNames } from './names.js';

/** The metrics of caches: those of calls are read from `stats()` when metrics are collected, and cost a hit nothing. */
export class LoadMetrics implements Observer {
  readonly #names: TelemetryNames;
  readonly #meter: Meter;
  readonly #duration: Histogram;
  readonly #requests: Observable;
  readonly #evictions: Observable;
  readonly #errors: Observable;
  readonly #entries: Observable;
  readonly #observables: Observable[];
  readonly #totals = new CallTotals();
  readonly #caches = new SeenCaches();
  /** The loads in flight. */
  readonly #open = new Set<LoadEvent>();
  /** The calls that a store has answered with a value past its ttl, by the name of the cache. */
  readonly #staleFromStore = new Map<string, number>();
  /** The calls that memory has answered, by the name of the cache. */
  readonly #memoryHits = new Map<string, MemoryHits>();
  /** The counts, by metric and attributes. */
  readonly #counts = new RisingCounts();

  constructor(meter: Meter, names: TelemetryNames) {
    this.#meter = meter;
    this.#names = names;
    const { requestCount, entryCount, evictionCount, loadDuration, loadErrorCount } = names;
    const counter = (name: string, unit: string, description: string) =>
      meter.createObservableCounter(name, { unit, description });
    this.#requests = counter(requestCount, '{request}', 'Calls of cached functions, by what they came to.');
    this.#evictions = counter(evictionCount, '{eviction}', 'Entries that have left caches in memory, by reason.');
    this.#errors = counter(loadErrorCount, '{error}', 'Loads that have failed.');
    this.#entries = meter.createObservableUpDownCounter(entryCount, {
      unit: '{entry}',
      description: 'Entries in caches in memory.',
    });
    this.#duration = meter.createHistogram(loadDuration, {
      unit: 's',
      description: 'Duration of the loads of caches.',
      advice: { explicitBucketBoundaries: BUCKETS },
    });
    this.#observables = [this.#requests, this.#evictions, this.#errors, this.#entries];
    meter.addBatchObservableCallback(this.#observe, this.#observables);
  }

  begins(event: LoadEvent, run: () => void, cache: ObservedCache): void {
    this.#open.add(event);
    this.#caches.add(cache);
    run();
  }

  ended(event: LoadEvent): void {
    if (!this.#open.delete(event)) return;
    const { cacheName, outcome, source } = this.#names;
    const { name, duration, from } = event;
    if (event.isStale) this.#staleFromStore.set(name, (this.#staleFromStore.get(name) ?? 0) + 1);
    this.#duration.record(duration! / 1000, { [cacheName]: name, [outcome]: event.outcome, [source]: from });
  }

  /** Ends the collection of metrics. */
  stop(): void {
    this.#meter.removeBatchObservableCallback(this.#observe, this.#observables);
    this.#open.clear();
  }

  readonly #observe = (result: BatchObservableResult): void => {
    const { cacheName, evictionReason } = this.#names;
    const tell = (metric: Observable, value: number, attributes: Attributes) => {
      const series = [this.#observables.indexOf(metric), ...valuesOf(attributes)].join('\n');
      result.observe(metric, this.#counts.next(series, value), attributes);
    };
    for (const [name, totals] of this.#totals.byName()) {
      this.#tellRequests(name, totals, tell);
      for (const reason of keysOf(totals.evictions) as EvictionCause[]) {
        tell(this.#evictions, totals.evictions[reason], { [cacheName]: name, [evictionReason]: reason });
      }
      tell(this.#errors, totals.loadErrors, { [cacheName]: name });
    }
    for (const [name, count] of this.#caches.entryCounts()) result.observe(this.#entries, count, { [cacheName]: name });
  };

  #tellRequests(
    name: string,
    { hits, misses, staleHits, coalesced, storeHits, bypassed }: Totals,
    tell: (metric: Observable, value: number, attributes: Attributes) => void,
  ): void {
    const { cacheName, result, tier } = this.#names;
    const open = [...this.#open].filter((load) => load.name === name);
    // Until a store has answered, a load counts as a miss, which it may not become.
    const undecided = open.filter((load) => load.origin === 'call' && load.from === undefined).length;
    // It counts as a hit of a store and as a stale hit.
    const both = (this.#staleFromStore.get(name) ?? 0) + open.filter((load) => load.isStale).length;
    const of = (outcome: string, by?: 'memory' | 'store') => ({
      [cacheName]: name,
      [result]: outcome,
      ...(by && { [tier]: by }),
    });
    const memoryHits = this.#memoryHits.get(name) ?? new MemoryHits();
    this.#memoryHits.set(name, memoryHits);
    memoryHits.update(hits - coalesced - storeHits, staleHits - both);
    tell(this.#requests, memoryHits.fresh, of('hit', 'memory'));
    tell(this.#requests, memoryHits.stale, of('stale', 'memory'));
    tell(this.#requests, coalesced, of('coalesced', 'memory'));
    tell(this.#requests, storeHits - both, of('hit', 'store'));
    tell(this.#requests, both, of('stale', 'store'));
    tell(this.#requests, misses - undecided, of('miss'));
    tell(this.#requests, bypassed, of('bypassed'));
  }
}

/** The bounds of the buckets of durations, in seconds. */
const BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
