import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { run } from './support/run.js';

/** Runs a program with a garbage collector that it can call; without one the test fails, as it would say nothing. */
function collect(program: string): Record<string, unknown> {
  const { status, stdout, stderr } = run(`__tests__/programs/${program}.ts`, {}, ['--expose-gc']);
  expect([status, stderr]).toEqual([0, '']);
  const report = JSON.parse(stdout) as Record<string, unknown>;
  expect(report.gc).toBe('function');
  return report;
}

test('dead instances are collected with their caches', () => {
  const { made, instances, values } = collect('collect-instances');
  expect(made).toBe(1000);
  expect(instances).toBeLessThanOrEqual(2);
  expect(values).toBeLessThanOrEqual(2);
});

test('memoized functions that nobody holds are collected, and no longer listed', () => {
  const { grown, listed } = collect('collect-definitions');
  expect(grown).toBeLessThan(3);
  expect(listed).toContain('kept');
  expect((listed as string[]).length).toBeLessThanOrEqual(3);
});

test('dead proxies are collected with their caches, also where their object lives on', () => {
  const { made, proxies, values, listed } = collect('collect-proxies');
  expect(made).toBe(1000);
  expect(proxies).toBeLessThanOrEqual(2);
  expect(values).toBeLessThanOrEqual(4);
  expect(listed).toBeLessThanOrEqual(4);
});

test('callers who have left a load are held by nothing', () => {
  const { held } = collect('collect-callers');
  for (const callers of held as number[]) expect(callers).toBeLessThanOrEqual(2);
});

test('the AsyncLocalStorage of who has loaded a result is not held by it, and is there for callbacks', () => {
  const { all, size, seen } = collect('collect-contexts');
  for (const requests of Object.values(all as Record<string, number>)) expect(requests).toBeLessThanOrEqual(2);
  expect(size).toEqual(Array(7).fill(100));
  // Of a miss its listener; of its result `when`, `tags`; of what made room that one's caller.
  expect(seen).toEqual([1, 1, 1, 2, 2, 2, 2, 2]);
});

test('the entries of a request are released when it has ended, also where a timer keeps its async context', () => {
  const { during, after, instances, wereTicking } = collect('collect-requests');
  expect([during, wereTicking]).toEqual([400, true]);
  expect(after).toBeLessThanOrEqual(4);
  expect(instances).toBeLessThanOrEqual(2);
});

test('errors of an outage that is over are not held, nor are methods that others have replaced', () => {
  const { made, errors, methods, total } = collect('collect-leftovers');
  expect([made, total]).toEqual([100, 999_000]);
  expect(errors).toBeLessThanOrEqual(2);
  expect(methods).toBeLessThanOrEqual(10);
});

test('memory is flat under two million distinct keys', () => {
  const { grown, size } = collect('distinct-keys');
  expect(size).toBe(1000);
  // One pointer for each key would take 16 MB; late collections of tables have left almost 4.
  expect(grown).toBeLessThan(8);
});

test('memory is flat under distinct tags, of results and of invalidations', () => {
  const { grown, size } = collect('distinct-tags');
  expect(size).toBe(1000);
  expect(grown).toBeLessThan(3);
});

test('9,000 invalidations of long tags, or of slices of long texts, keep less than 4 MB', () => {
  const { long, sliced } = collect('long-tags');
  expect(long).toBeLessThan(4);
  expect(sliced).toBeLessThan(4);
});

test('a process that used everything exits by itself', () => {
  const { status, stdout } = run('__tests__/programs/use-everything.ts');
  expect(status).toBe(0);
  expect(stdout).toMatch(/^goodbye \d+\n$/);
});

/** The functions whose machine code garbage collections have thrown away, as they had been optimized for objects that died. */
function thrownAway(env: NodeJS.ProcessEnv): string[] {
  // Not in one file, in which some functions would have other names.
  const flags = ['--expose-gc', '--trace-deopt', '--import', 'tsx'];
  const { status, stdout } = run('__tests__/programs/collections.ts', env, flags);
  expect(status).toBe(0);
  const marks = stdout.matchAll(
    /SharedFunctionInfo ([^\n]+)>\) \(opt id \d+\) for deoptimization, reason: (?:embedded )?weak objects/g,
  );
  return [...new Set([...marks].map(([, name]) => name!))];
}

/** The names of the functions and methods in the source of what is published. */
function ourNames(): Set<string> {
  const files = ['src', 'decorators'].flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
  );
  const texts = files.filter((name) => name.endsWith('.ts')).map((name) => readFileSync(name, 'utf8'));
  const names = texts.flatMap((text) => [
    ...text.matchAll(/^ *(?:export |static |async |function |\*)*((?:[gs]et )?#?\w+)(?=[<(])/gm),
  ]);
  // What a client of others has too counts as theirs.
  return new Set(names.map(([, name]) => name!).filter((name) => !['addEventListener', 'on'].includes(name)));
}

test('a garbage collection that finds no load alive throws away no machine code', () => {
  const ours = ourNames();
  for (const name of ['miss', '#missAlone', 'settle', 'beginLoad', 'runLoad', 'get signal'])
    expect(ours).toContain(name);
  expect(thrownAway({}).filter((name) => ours.has(name))).toEqual([]);
});

test('nor does one that finds no signal alive, but for what makes the platform make signals', () => {
  const ours = ourNames();
  const thrown = thrownAway({ SIGNALS: '1' });
  // The platform throws its own away, and what it is written out in.
  expect(thrown).toContain('AbortController');
  expect(
    thrown.filter(
      (name) =>
        ours.has(name) && !['get signal', 'argsForMethod', 'runLoad', 'begin', 'removeEventListener'].includes(name),
    ),
  ).toEqual([]);
});
