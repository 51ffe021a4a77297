import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { cacheOf, memoize } from 'memokit';
import * as prometheus from 'memokit/prometheus';
import { type CollectOptions, collect } from 'memokit/prometheus';
import { memoryStore, type Store, tiered } from 'memokit/store';
import client, { Registry } from 'prom-client';
import { type SharedDefinition, shared } from '../src/shared-registry.js';
import { withoutSync } from './support/stores.js';

/** Collects the metrics of all caches with a new registry, as text. */
async function scrape(options: CollectOptions = {}): Promise<string> {
  const registry = new Registry();
  collect(client, { registers: [registry], ...options });
  return registry.metrics();
}

/** The lines of one cache, without comments. */
const linesOf = (text: string, cache: string) =>
  text.split('\n').filter((line) => line.includes(`cache="${cache}"`) && !line.endsWith(' 0'));

test('the public names of memokit/prometheus are these', () => {
  expect(Object.keys(prometheus)).toEqual(['collect']);
});

// First in this file, as no store is made before it.
test('loads are not observed for a scrape before there is a store', async () => {
  collect(client, { registers: [new Registry()] });
  memoize((n: number) => n, { name: 'unobserved' })(1);
  expect(shared.observer!.load).toBe(undefined);
  await memoize(async (n: number) => n, { name: 'unobserved', store: memoryStore() })(1);
  expect(shared.observer!.load).toBeDefined();
});

test('a scrape has the counts of caches under the names of Micrometer', async () => {
  const square = memoize(
    (n: number) => {
      if (n < 0) throw new Error('no');
      return n * n;
    },
    { name: 'counted', capacity: 1 },
  );
  for (const n of [1, 1, 1, 2]) square(n);
  expect(() => square(-1)).toThrow('no');
  cacheOf(square).delete(2);
  expect(linesOf(await scrape(), 'counted').filter((line) => !line.includes('duration'))).toEqual([
    'cache_gets_total{cache="counted",result="hit"} 2',
    'cache_gets_total{cache="counted",result="miss"} 3',
    'cache_evictions_total{cache="counted",cause="capacity"} 1',
    'cache_evictions_total{cache="counted",cause="deleted"} 1',
    'cache_load_total{cache="counted",result="success"} 2',
    'cache_load_total{cache="counted",result="failure"} 1',
  ]);
});

test('the time of loads is in seconds', async () => {
  let now = 0;
  memoize(() => (now += 1500), { name: 'timed', clock: () => now })();
  expect(linesOf(await scrape(), 'timed')).toContain('cache_load_duration_seconds{cache="timed"} 1.5');
});

test('each scrape reads the counts anew, and counts nothing twice', async () => {
  const registry = new Registry();
  collect(client, { registers: [registry] });
  const square = memoize((n: number) => n * n, { name: 'again' });
  square(1);
  await registry.metrics();
  square(1);
  expect(linesOf(await registry.metrics(), 'again').filter((line) => line.includes('gets'))).toEqual([
    'cache_gets_total{cache="again",result="hit"} 1',
    'cache_gets_total{cache="again",result="miss"} 1',
  ]);
});

test('caches with one name are summed, and no key is a label', async () => {
  for (const key of ['secret 1', 'secret 2']) memoize((name: string) => name, { name: 'twice' })(key);
  const text = await scrape();
  expect(linesOf(text, 'twice')).toContain('cache_gets_total{cache="twice",result="miss"} 2');
  expect(text).not.toContain('secret');
});

test('no counter falls, and no call counts as a miss while a store is asked', async () => {
  const name = 'asked';
  const inner = memoryStore();
  let release = () => {};
  const released = () => new Promise<void>((resolve) => (release = resolve));
  let answered: Promise<void> | undefined;
  const store: Store = {
    ...withoutSync(inner),
    read: async (keys) => {
      await answered;
      return inner.read(keys);
    },
  };
  const registry = new Registry();
  collect(client, { registers: [registry] });
  const counts = async () => {
    const lines = (await registry.metrics()).split('\n').filter((line) => line.includes(`cache="${name}"`));
    const count = (what: string) =>
      Number(
        lines
          .find((line) => line.includes(what))!
          .split(' ')
          .at(-1),
      );
    return [count('cache_gets_total{cache="asked",result="miss"}'), count('result="hit"'), count('store_hits')];
  };
  const source = tiered(store);
  const make = () => memoize(async (n: number) => n, { name, store: source });
  await make()(1);
  expect(await counts()).toEqual([1, 0, 0]);
  answered = released();
  const find = make();
  const calls = [find(1), find(2)];
  expect(await counts()).toEqual([1, 0, 0]);
  release();
  await Promise.all(calls);
  expect(await counts()).toEqual([2, 1, 1]);
});

test('what a collected function has counted stays in the sum, and no counter falls', async () => {
  const name = 'gone';
  const registry = new Registry();
  collect(client, { registers: [registry] });
  let misses = 5;
  let other: SharedDefinition | undefined = { name, stats: () => ({ hits: 0, misses }), clear() {}, suspend() {} };
  shared.definitions.add({ deref: () => other });
  const missed = async () => linesOf(await registry.metrics(), name).filter((line) => line.includes('gets'));
  const expected = (count: number) => [`cache_gets_total{cache="gone",result="miss"} ${count}`];
  expect(await missed()).toEqual(expected(5));
  misses = 4;
  expect(await missed()).toEqual(expected(5));
  misses = 6;
  expect(await missed()).toEqual(expected(6));
  other = undefined;
  expect(await missed()).toEqual(expected(6));
  memoize((given: number) => given, { name })(1);
  expect(await missed()).toEqual(expected(7));
});

test('names begin with the prefix', async () => {
  expect(await scrape({ prefix: 'shop_' })).toMatch(/^# HELP shop_cache_gets_total/);
});

test.each([[{ prefix: 1 }], [{ prefixes: '' }]])('collect refuses %p', (options) => {
  expect(() => collect(client, options as never)).toThrow(/^(prefix|options)/);
});

test('the dashboard of Grafana asks for metrics and labels that collect exposes', async () => {
  memoize((n: number) => n, { name: 'shown' })(1);
  const exposed = new Map<string, Set<string>>();
  for (const [, name, labels] of (await scrape()).matchAll(/^(\w+)\{(.*)\} /gm)) {
    exposed.set(name!, new Set([...labels!.matchAll(/(\w+)=/g)].map(([, label]) => label!)));
  }
  const dashboard = JSON.parse(readFileSync('docs/grafana-dashboard.json', 'utf8'));
  const expressions: string[] = dashboard.panels.flatMap(({ targets }: { targets: { expr: string }[] }) =>
    targets.map(({ expr }) => expr),
  );
  expressions.push(dashboard.templating.list[1].query.query);
  expect(expressions.length).toBeGreaterThan(6);
  for (const expression of expressions) {
    const names = [...expression.matchAll(/\bcache_\w+/g)].map(([name]) => name);
    expect(names.length).toBeGreaterThan(0);
    const known = new Set(['job', 'instance', ...names.flatMap((name) => [...(exposed.get(name) ?? [])])]);
    for (const name of names) expect([...exposed.keys()]).toContain(name);
    const used = [...expression.matchAll(/(\w+)\s*(?:=~|!~|!=|=)\s*"/g), ...expression.matchAll(/by \(([^)]*)\)/g)];
    const labels = used.flatMap(([, list]) => list!.split(/\s*,\s*/));
    const asked = /^label_values\(\w+, (\w+)\)/.exec(expression);
    for (const label of [...labels, ...(asked ? [asked[1]!] : [])]) expect([...known]).toContain(label);
  }
});
