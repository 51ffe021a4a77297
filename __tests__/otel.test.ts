import { afterAll, afterEach, beforeAll, beforeEach, expect, jest, test } from '@jest/globals';
import { context, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { type CallStats, cached, cacheOf, caches, clearAll, memoize, OptionError, type SourceStore } from 'memokit';
import * as otel from 'memokit/otel';
import { type InstrumentOptions, instrumentCaches, telemetryNames } from 'memokit/otel';
import { type MemoryStore, memoryStore, type Store, tiered } from 'memokit/store';
import { type SharedDefinition, shared } from '../src/shared-registry.js';
import { withoutSync } from './support/stores.js';

const exporter = new InMemorySpanExporter();
const tracerProvider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
const tracer = tracerProvider.getTracer('test');

const metricExporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
const reader = new PeriodicExportingMetricReader({ exporter: metricExporter, exportIntervalMillis: 1e9 });
const meterProvider = new MeterProvider({ readers: [reader] });

let stop = () => {};

function instrument(options: InstrumentOptions = {}): void {
  stop = instrumentCaches({ tracerProvider, meterProvider, ...options });
}

beforeAll(() => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
});
afterAll(async () => {
  context.disable();
  await meterProvider.shutdown();
});
beforeEach(() => {
  exporter.reset();
  instrument();
});
afterEach(() => stop());

const later = () => new Promise((resolve) => setTimeout(resolve, 5));

/** Runs something in a span of its own, as a server does for a request. */
function inSpan<T>(name: string, run: () => Promise<T>): Promise<T> {
  return tracer.startActiveSpan(name, { kind: SpanKind.SERVER }, async (span) => {
    try {
      return await run();
    } finally {
      span.end();
    }
  });
}

/** What a method does that asks a database with a driver that is instrumented. */
const query = <T>(result: T) => inSpan('db', async () => later().then(() => result));

const spans = (name?: string) => exporter.getFinishedSpans().filter((span) => name === undefined || span.name === name);

function only(name: string): ReadableSpan {
  const found = spans(name);
  expect({ name, found: found.length }).toEqual({ name, found: 1 });
  return found[0]!;
}

const idOf = (span: ReadableSpan | Span) => span.spanContext().spanId;
const parentOf = (span: ReadableSpan) => span.parentSpanContext?.spanId;
const linksOf = (span: ReadableSpan) => span.links.map((link) => link.context.spanId);

/** The data points of a metric, by the values of their attributes; only those of one cache. */
async function points(metric: string, cache: string): Promise<Record<string, any>> {
  metricExporter.reset();
  await reader.forceFlush();
  const all = metricExporter.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics.flatMap(({ metrics }) => metrics));
  const found = all
    .filter(({ descriptor }) => descriptor.name === metric)
    .flatMap(({ dataPoints }) => dataPoints as any[]);
  const own = found.filter(({ attributes }) => attributes['cache.name'] === cache);
  return Object.fromEntries(
    own.map(({ attributes, value }) => {
      const { 'cache.name': _, ...others } = attributes;
      return [Object.values(others).join(' '), value];
    }),
  );
}

test('the public names of memokit/otel are these', () => {
  expect(Object.keys(otel).sort()).toEqual(['instrumentCaches', 'telemetryNames']);
});

test('a miss is a span between that of the request and that of the database', async () => {
  const find = memoize(async (_: number) => query('found'), { name: 'find' });
  await inSpan('http', () => find(1));
  const [http, load, db] = [only('http'), only('memokit load find'), only('db')];
  expect([parentOf(http), parentOf(load), parentOf(db)]).toEqual([undefined, idOf(http), idOf(load)]);
  expect(load.kind).toBe(SpanKind.INTERNAL);
  expect(load.attributes).toEqual({
    'cache.name': 'find',
    'cache.load.origin': 'call',
    'cache.load.outcome': 'stored',
    'cache.load.source': 'method',
  });
  expect([load.status.code, load.events, load.instrumentationScope.name]).toEqual([
    SpanStatusCode.UNSET,
    [],
    'memokit',
  ]);
});

test('a hit makes no span', async () => {
  const find = memoize(async (_: number) => query('found'), { name: 'find' });
  await find(1);
  exporter.reset();
  await inSpan('http', () => find(1));
  expect(spans().map(({ name }) => name)).toEqual(['http']);
});

test('three concurrent callers make one load, to which two of them are linked', async () => {
  const find = memoize(async (_: number) => query('found'), { name: 'find' });
  await Promise.all(['first', 'second', 'third'].map((name) => inSpan(name, () => find(1))));
  const load = only('memokit load find');
  expect(parentOf(load)).toBe(idOf(only('first')));
  expect(['first', 'second', 'third'].map((name) => linksOf(only(name)))).toEqual([[], [idOf(load)], [idOf(load)]]);
});

test('callers of a load that can be retried are linked to it too', async () => {
  const find = memoize(async (_: number) => query('found'), { name: 'find', timeout: 1000 });
  await Promise.all(['first', 'second'].map((name) => inSpan(name, () => find(1))));
  expect(linksOf(only('second'))).toEqual([idOf(only('memokit load find'))]);
});

test('a reload in the background is a trace of its own, with a link to the request that has set it off', async () => {
  let now = 0;
  const options = { name: 'find', ttl: 10, staleWhileRevalidate: 1000, clock: () => now };
  const find = memoize(async (_: number) => query('found'), options);
  await find(1);
  exporter.reset();
  now = 20;
  await inSpan('http', () => find(1));
  await later();
  await later();
  const [http, load, db] = [only('http'), only('memokit load find'), only('db')];
  expect(load.spanContext().traceId).not.toBe(http.spanContext().traceId);
  expect([parentOf(load), linksOf(load), parentOf(db)]).toEqual([undefined, [idOf(http)], idOf(load)]);
  expect(load.attributes['cache.load.origin']).toBe('background');
});

test('a refresh is a child of the span that waits for it', async () => {
  const find = memoize(async (_: number) => 'found', { name: 'find' });
  await inSpan('http', () => cacheOf(find).refresh(1));
  expect(parentOf(only('memokit load find'))).toBe(idOf(only('http')));
});

test('a load that fails has the status of an error and an event with the exception', async () => {
  const find = memoize(
    async (_: number): Promise<string> => {
      await later();
      throw new TypeError('broken');
    },
    { name: 'find' },
  );
  await expect(find(1)).rejects.toThrow('broken');
  const load = only('memokit load find');
  expect(load.status).toEqual({ code: SpanStatusCode.ERROR, message: 'broken' });
  expect(load.attributes).toMatchObject({ 'cache.load.outcome': 'failed', 'error.type': 'TypeError' });
  expect(load.events.map(({ name, attributes }) => [name, attributes?.['exception.message']])).toEqual([
    ['exception', 'broken'],
  ]);
});

test('any value may be thrown, also one that throws when it is looked at', async () => {
  const strange = [
    undefined,
    'text',
    5,
    Object.create(null),
    new Proxy(
      {},
      {
        get() {
          throw new Error('no');
        },
      },
    ),
  ];
  for (const error of strange) {
    exporter.reset();
    const find = memoize(
      (): string => {
        throw error;
      },
      { name: 'find' },
    );
    let thrown: unknown = 'nothing';
    try {
      find();
    } catch (caught) {
      thrown = caught;
    }
    expect(thrown === error).toBe(true);
    expect(only('memokit load find').status.code).toBe(SpanStatusCode.ERROR);
  }
});

test('a failure that an old value stands in for is an error of the load, and none of the request', async () => {
  let now = 0;
  let isBroken = false;
  const find = memoize(
    async (_: number) => {
      if (isBroken) throw new Error('broken');
      return 'found';
    },
    { name: 'find', ttl: 10, staleIfError: 1000, clock: () => now },
  );
  await find(1);
  exporter.reset();
  [now, isBroken] = [20, true];
  expect(await inSpan('http', () => find(1))).toBe('found');
  const load = only('memokit load find');
  expect([load.attributes['cache.load.outcome'], load.status.code]).toEqual(['stale', SpanStatusCode.ERROR]);
  expect(only('http').status.code).toBe(SpanStatusCode.UNSET);
});

test('a synchronous load is a span too, of a method of a class as well', () => {
  class Sums {
    @cached()
    of(n: number): number {
      tracer.startSpan('inner').end();
      return n + n;
    }
  }
  new Sums().of(2);
  expect(parentOf(only('inner'))).toBe(idOf(only('memokit load Sums.of')));
});

test('each key of a batch is a span, and the batch runs in that of the first', async () => {
  const find = memoize.many(async (keys: readonly number[]) => query(keys.map(String)), { name: 'find' });
  await inSpan('http', () => Promise.all([find(1), find(2)]));
  const loads = spans('memokit load find');
  expect(loads.map(parentOf)).toEqual([idOf(only('http')), idOf(only('http'))]);
  expect(loads.map(idOf).indexOf(parentOf(only('db'))!)).toBe(0);
});

test('a span says whether the store or the method has given the result', async () => {
  const store = memoryStore();
  const make = () => memoize(async (_: number) => query('found'), { name: 'stored', store });
  await make()(1);
  await make()(1);
  const [first, second] = spans('memokit load stored');
  expect(first!.attributes).toMatchObject({ 'cache.load.source': 'method', 'cache.load.outcome': 'stored' });
  expect(second!.attributes).toMatchObject({ 'cache.load.source': 'store', 'cache.load.outcome': 'stored' });
});

test.each<[string, (store: MemoryStore) => SourceStore]>([
  ['answers at once', (store) => store],
  ['does not', (store) => tiered(withoutSync(store))],
])('a load that waits for another client of a store which %s is linked to its load once', async (_, make) => {
  const inner = memoryStore();
  const [one, other] = [make(inner.client()), make(inner.client())];
  let release = () => {};
  const released = new Promise<void>((resolve) => (release = resolve));
  const load = (store: SourceStore) => memoize(async (_: number) => released, { name: 'find', store });
  const first = load(one)(1);
  await later();
  const second = inSpan('http', () => load(other)(1));
  for (let i = 0; i < 20; i++) await later();
  release();
  await Promise.all([first, second]);
  const waiting = spans('memokit load find').find((span) => parentOf(span) !== undefined)!;
  const loading = spans('memokit load find').find((span) => parentOf(span) === undefined)!;
  expect(linksOf(waiting)).toEqual([idOf(loading)]);
  expect(waiting.links[0]!.context).toEqual({ ...loading.spanContext(), isRemote: true });
});

test('what a store says of the trace of another load is not trusted', async () => {
  for (const trace of ['no', `00-${'0'.repeat(32)}-${'0'.repeat(16)}-01`, 5, { toString: 7 }]) {
    exporter.reset();
    const inner = memoryStore();
    let asked = 0;
    const lease: Store['lease'] = async (...args) =>
      ++asked === 1 ? { kind: 'held', ms: 1, trace: trace as string } : inner.lease(...args);
    const store = tiered({ ...withoutSync(inner), lease });
    expect(await memoize(async (n: number) => n, { name: 'find', store })(1)).toBe(1);
    expect(linksOf(only('memokit load find'))).toEqual([]);
  }
});

test('no key is in any attribute, unless spans are asked to have them', async () => {
  const find = memoize(async (user: { name: string }) => user.name, { name: 'find' });
  await find({ name: 'Ada Lovelace' });
  const told = JSON.stringify([
    spans().map(({ name, attributes, events }) => [name, attributes, events]),
    await points('cache.load.duration', 'find'),
  ]);
  expect(told).not.toContain('Lovelace');
  instrument({ keys: true });
  exporter.reset();
  await find({ name: 'Grace Hopper' });
  expect(only('memokit load find').attributes['cache.key']).toContain('Hopper');
  expect(JSON.stringify(await points('cache.load.duration', 'find'))).not.toContain('Hopper');
});

/** A definition's counts, as the metric of requests tells them. */
function requestsOf({ hits, misses, staleHits, coalesced, storeHits, bypassed }: CallStats) {
  return {
    'hit memory': hits - staleHits - coalesced - storeHits,
    'stale memory': staleHits,
    'coalesced memory': coalesced,
    'hit store': storeHits,
    'stale store': 0,
    miss: misses,
    bypassed,
  };
}

test('metrics equal what stats() says', async () => {
  let now = 0;
  const name = 'metrics.equal';
  const find = memoize(
    async (n: number) => {
      await later();
      if (n === 9) throw new Error('broken');
      return n;
    },
    { name, capacity: 2, ttl: 10, staleWhileRevalidate: 1000, clock: () => now, bypass: (n) => n === 7 },
  );
  await Promise.all([find(1), find(1), find(1), find(2), find(3), find(7)]);
  await expect(find(9)).rejects.toThrow('broken');
  await find(3);
  now = 20;
  await find(3);
  await later();
  await later();
  cacheOf(find).delete(2);
  const { stats } = caches().find((each) => each.name === name)!;
  const told = caches()
    .find((each) => each.name === name)!
    .stats();
  expect(stats).toBeDefined();
  expect([told.staleHits, told.coalesced, told.bypassed, told.evictions.capacity]).toEqual([1, 2, 1, 1]);
  expect(await points('cache.request.count', name)).toEqual(requestsOf(told));
  expect(await points('cache.eviction.count', name)).toEqual(told.evictions);
  expect(await points('cache.load.error.count', name)).toEqual({ '': 1 });
  expect(await points('cache.entry.count', name)).toEqual({ '': cacheOf(find).size });
  const durations = await points('cache.load.duration', name);
  expect(durations).toMatchObject({ 'stored method': { count: told.loads }, 'failed method': { count: 1 } });
  expect(durations['stored method'].sum / told.loads).toBeLessThan(1);
});

test('each call is counted once, also one that an old value answers after it began or joined a load', async () => {
  const name = 'metrics.old';
  let now = 0;
  let isBroken = false;
  const find = memoize(
    async (n: number) => {
      await later();
      if (isBroken) throw new Error('broken');
      return n;
    },
    { name, ttl: 10, staleIfError: 1000, softTimeout: 1, clock: () => now },
  );
  const requests = () => points('cache.request.count', name);
  const sumOf = async () => {
    const told = await requests();
    return Object.values(told).reduce((sum, count) => sum + count, 0);
  };
  await find(1);
  for (let i = 0; i < 3; i++) await find(1);
  expect(await requests()).toMatchObject({ 'hit memory': 3, miss: 1 });
  // The load fails, after the soft timeout has passed.
  [now, isBroken] = [20, true];
  expect(await Promise.all([find(1), find(1)])).toEqual([1, 1]);
  await later();
  await later();
  const { staleHits, coalesced } = cacheOf(find).stats();
  expect([staleHits, coalesced]).toEqual([2, 1]);
  expect(await requests()).toMatchObject({ 'hit memory': 3, 'stale memory': 0, 'coalesced memory': 1, miss: 2 });
  isBroken = false;
  await find(1);
  await later();
  await later();
  for (let i = 0; i < 4; i++) await find(1);
  const { hits, misses } = cacheOf(find).stats();
  expect(await sumOf()).toBe(hits + misses);
  expect(await requests()).toMatchObject({ miss: misses });
});

test('hits of a store are told apart, and no call counts as a miss while the store is asked', async () => {
  const name = 'metrics.stored';
  let now = 0;
  const inner = memoryStore({ clock: () => now });
  const options = { name, store: inner, ttl: 10, staleWhileRevalidate: 1000, clock: () => now };
  const make = () => memoize(async (n: number) => n, options);
  await make()(1);
  const requests = () => points('cache.request.count', name);
  expect(await requests()).toMatchObject({ miss: 1, 'hit store': 0 });
  const answer = make()(1);
  expect(await requests()).toMatchObject({ miss: 1 });
  await answer;
  expect(await requests()).toMatchObject({ miss: 1, 'hit store': 1, 'hit memory': 0 });
  now = 20;
  await make()(1);
  expect(await requests()).toMatchObject({
    miss: 1,
    'hit store': 1,
    'stale store': 1,
    'hit memory': 0,
    'stale memory': 0,
  });
});

test('functions of one name are counted together, and one that was collected stays in the count', async () => {
  const name = 'metrics.together';
  for (const n of [1, 2]) memoize((given: number) => given + n, { name })(1);
  let other: SharedDefinition | undefined = {
    name,
    stats: () => ({ hits: 0, misses: 5 }),
    clear() {},
    suspend() {},
  };
  shared.definitions.add({ deref: () => other });
  expect(await points('cache.request.count', name)).toMatchObject({ miss: 7 });
  other = undefined;
  expect(await points('cache.request.count', name)).toMatchObject({ miss: 7 });
  memoize((given: number) => given, { name })(1);
  expect(await points('cache.request.count', name)).toMatchObject({ miss: 8 });
});

test('the entries of an instance that clear() or clearAll() has ended are not counted', async () => {
  class Cleared {
    @cached({ name: 'metrics.cleared' })
    of(n: number): number {
      return n;
    }
  }
  const entries = () => points('cache.entry.count', 'metrics.cleared');
  const instances = [new Cleared(), new Cleared()];
  const load = () => instances.forEach((each, n) => void each.of(n));
  load();
  expect(await entries()).toEqual({ '': 2 });
  clearAll();
  expect(await entries()).toEqual({ '': 0 });
  load();
  expect(await entries()).toEqual({ '': 2 });
  caches()
    .find(({ name }) => name === 'metrics.cleared')!
    .clear();
  expect(await entries()).toEqual({ '': 0 });
});

test('names can be replaced one by one', async () => {
  instrument({ names: { requestCount: 'my.requests', result: 'what' } });
  const find = memoize((n: number) => n, { name: 'metrics.named' });
  find(1);
  expect(await points('my.requests', 'metrics.named')).toMatchObject({ miss: 1 });
  expect(telemetryNames.requestCount).toBe('cache.request.count');
});

test('nothing is recorded after the end, and open spans are ended with it', async () => {
  const name = 'metrics.ended';
  const find = memoize(async (_: number) => later(), { name });
  const answer = find(1);
  stop();
  expect(only(`memokit load ${name}`).attributes['cache.load.outcome']).toBe(undefined);
  await answer;
  exporter.reset();
  await find(2);
  stop();
  expect(spans()).toEqual([]);
  expect(await points('cache.request.count', name)).toEqual({});
  expect(await points('cache.load.duration', name)).toEqual({});
});

test('an instrumentation of another copy takes the place of the first, so that a load has one span', () => {
  let copy!: typeof otel;
  jest.isolateModules(() => {
    copy = require('memokit/otel');
  });
  expect(copy.instrumentCaches).not.toBe(instrumentCaches);
  const stopCopy = copy.instrumentCaches({ tracerProvider, meterProvider });
  memoize((n: number) => n, { name: 'find' })(1);
  expect(spans()).toHaveLength(1);
  stop();
  memoize((n: number) => n, { name: 'find' })(1);
  expect(spans()).toHaveLength(2);
  stopCopy();
  memoize((n: number) => n, { name: 'find' })(1);
  expect(spans()).toHaveLength(2);
});

test('loads have no spans where only metrics are asked for', () => {
  instrument({ spans: false });
  memoize((n: number) => n, { name: 'find' })(1);
  expect(spans()).toEqual([]);
});

test.each<[string, unknown]>([
  ['options: expected an object', 5],
  ['options: expected tracerProvider meterProvider names spans keys', { tracer: 1 }],
  ['tracerProvider: expected a tracer provider', { tracerProvider: {} }],
  ['meterProvider: expected a meter provider', { meterProvider: 5 }],
  ['spans: expected a boolean', { spans: 'no' }],
  ['keys: expected a boolean', { keys: 1 }],
  ['names: expected requestCount', { names: { requests: 'x' } }],
  ['names.requestCount: expected a text', { names: { requestCount: '' } }],
])('an option that does not fit is refused: %s', (message, options) => {
  const instrumented = () => instrumentCaches(options as InstrumentOptions);
  expect(instrumented).toThrow(OptionError);
  expect(instrumented).toThrow(message);
});

test('without a provider nothing is recorded, and caches work as before', async () => {
  stop();
  stop = instrumentCaches();
  expect(trace.getTracerProvider()).toBeDefined();
  const find = memoize(async (n: number) => n, { name: 'find' });
  expect(await inSpan('http', () => find(1))).toBe(1);
  expect(spans().map(({ name }) => name)).toEqual(['http']);
});
