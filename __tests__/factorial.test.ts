import { expect, test } from '@jest/globals';
import { run } from './support/run.js';

/** What the demo should print for a sequence of calls: an LRU list as a plain array, least recent first. */
function model(calls: number[], capacity: number): { lines: string[]; list: number[] } {
  const list: number[] = [];
  const lines: string[] = [];
  for (const n of calls) {
    const at = list.indexOf(n);
    if (at >= 0) list.splice(at, 1);
    list.push(n);
    lines.push(`${at >= 0 ? 'hit' : 'miss'}: ${n} ${factorial(n)}`);
    const gone = list.length > capacity ? list.shift() : undefined;
    if (gone !== undefined) lines.push(`evict: ${gone} ${factorial(gone)}`);
  }
  return { lines, list };
}

function factorial(n: number): bigint {
  let product = 1n;
  for (let i = BigInt(n); i > 1n; i--) product *= i;
  return product;
}

const demo = (env: Record<string, string | number>) =>
  run('examples/factorial.ts', Object.fromEntries(Object.entries(env).map(([name, value]) => [name, String(value)])));

for (const [CACHE_SIZE, SAMPLE_SIZE] of [
  [3, 200],
  [1, 60],
  [10, 50],
  [1000, 100],
  [1, 1],
] as const) {
  test(`every line agrees with an LRU model: cache of ${CACHE_SIZE}, ${SAMPLE_SIZE} calls`, () => {
    const { status, stdout, stderr } = demo({ CACHE_SIZE, SAMPLE_SIZE, SEED: 1 });
    expect([status, stderr]).toEqual([0, '']);
    const [events, summary] = stdout.split('\n\n') as [string, string];
    const lines = events.split('\n');
    const calls = lines.filter((line) => !line.startsWith('evict')).map((line) => Number(line.split(' ')[1]));
    expect(calls).toHaveLength(SAMPLE_SIZE);
    expect(calls.every((n) => n >= 0 && n < 3 * SAMPLE_SIZE)).toBe(true);
    const expected = model(calls, CACHE_SIZE);
    expect(lines).toEqual(expected.lines);
    const count = (event: string) => lines.filter((line) => line.startsWith(`${event}:`)).length;
    expect(summary.split('\n').slice(0, 4)).toEqual([
      `most to least recent: ${expected.list.reverse().join(' ')}`,
      `hits: ${count('hit')}`,
      `misses: ${count('miss')}`,
      `evictions: ${count('evict')}`,
    ]);
    expect(summary).toContain(`hit ratio: ${((100 * count('hit')) / SAMPLE_SIZE).toFixed(1)} %`);
    expect(summary).toMatch(/time saved by hits: \d+\.\d+ ms/);
  });
}

test('numbers are drawn with a probability proportional to themselves', () => {
  const { stdout } = demo({ CACHE_SIZE: 1, SAMPLE_SIZE: 600, SEED: 7 });
  const calls = [...stdout.matchAll(/^(?:hit|miss): (\d+)/gm)].map(([, n]) => Number(n));
  const mean = calls.reduce((sum, n) => sum + n, 0) / calls.length;
  // Of n = 0 … m with weights n the mean is (2m + 1) / 3.
  expect(Math.abs(mean - (2 * 1799 + 1) / 3)).toBeLessThan(60);
});

test('what is piped has no colour, whatever the environment wishes', () => {
  for (const env of [{ CI: 'true' }, { FORCE_COLOR: '1' }]) {
    const { stdout } = demo({ SAMPLE_SIZE: 3, SEED: 1, ...env });
    expect(stdout).toMatch(/^miss: \d+ \d+\n/);
    expect(stdout).not.toContain('\u001b');
  }
});

test('a seed makes the draw repeatable, another makes another', () => {
  const events = (SEED: number) => demo({ SAMPLE_SIZE: 30, SEED }).stdout.split('\n\n')[0];
  expect(events(5)).toBe(events(5));
  expect(events(5)).not.toBe(events(6));
});

test('a bad value is named, with exit code 2 and no output', () => {
  for (const env of [
    { CACHE_SIZE: '0' },
    { CACHE_SIZE: 'ten' },
    { SAMPLE_SIZE: '-1' },
    { SAMPLE_SIZE: '1.5' },
    { SEED: 'x' },
  ]) {
    const { status, stdout, stderr } = demo(env);
    const [[name, value]] = Object.entries(env) as [[string, string]];
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toContain(`${name}: expected a whole number from`);
    expect(stderr).toContain(JSON.stringify(value));
  }
});
