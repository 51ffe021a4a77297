import { expect, test } from '@jest/globals';
import { ArgumentError, type CachedOptions, cacheOf, type Duration, loadContext, memoize } from 'memokit';
import { durationOf } from '../src/time/duration.js';
import { error } from './support/error.js';
import { Source, settle } from './support/source.js';

/** Durations: each option that is a time, and each function that returns one, takes milliseconds or a text with a unit. */

const DURATIONS = [
  'ttl',
  'staleWhileRevalidate',
  'staleIfError',
  'revalidate',
  'errorTtl',
  'timeout',
  'softTimeout',
  'idle',
];

/** Options in which a duration stands beside whatever it needs. */
const optionsOf = (name: string, duration: unknown) =>
  ({ ttl: 1000, ...(name === 'softTimeout' && { staleIfError: 1 }), [name]: duration }) as CachedOptions;

test('a duration is a number of milliseconds, or a text with a unit', () => {
  const texts: [Duration, number][] = [
    ['500ms', 500],
    ['90s', 90_000],
    ['5m', 300_000],
    ['1.5h', 5_400_000],
    ['7d', 604_800_000],
    ['0s', 0],
    ['0.25s', 250],
    ['007s', 7000],
    // What else the compiler takes for a number.
    ['.5h', 1_800_000],
    ['1.h', 3_600_000],
    ['1e3ms', 1000],
    ['0x5s', 5000],
    [`${5e-7}s`, 5e-4],
    [12.5, 12.5],
    [Infinity, Infinity],
  ];
  for (const [given, milliseconds] of texts) expect([given, durationOf('ttl', given)]).toEqual([given, milliseconds]);
});

const MISTAKES = [
  ...['5 minutes', '-5s', 'm', '1e999h', ' 5s', '5s ', '5', '', 's5', '5 s', '1,5h', '5S', '5min', '٥s'],
  ...['Infinityms', 'NaNs', '1_000ms', `${'9'.repeat(400)}h`, '5s\n'],
  ...[-1, Number.NaN, null, true, 5n, ['5s'], /5s/, Symbol('5s'), () => '5 minutes'],
];

test('a text that is no duration is refused where it is given, with the option, what was expected and what came', () => {
  for (const name of DURATIONS) {
    for (const mistake of MISTAKES) {
      if (typeof mistake === 'function' && ['ttl', 'errorTtl'].includes(name)) continue;
      expect(() => memoize(async () => 1, optionsOf(name, mistake))).toThrow(
        error({ code: 'MEMOKIT_BAD_OPTION', message: expect.stringMatching(`^${name}: expected a number `) }),
      );
    }
  }
  expect(() => memoize(() => 1, { ttl: '5 minutes' as Duration })).toThrow(
    "ttl: expected a number above 0, or a text such as '90s', or a function, but got: string 5 minutes",
  );
  expect(() => memoize(async () => 1, { timeout: '30d' })).toThrow(
    "timeout: expected a number above 0, at most 2147483647, or Infinity, or a text such as '90s', but got: string 30d",
  );
  expect(() => memoize(() => 1, { ttl: '0s' })).toThrow('ttl: expected a number above 0');
});

test('what a ttl function returns is a duration too, and a mistake reaches the caller', async () => {
  let now = 0;
  let ttl: unknown = '2s';
  const options = { ttl: () => ttl as Duration, clock: () => now };
  const get = memoize((n: number) => n, options);
  const slow = memoize(async (n: number) => n, { ...options, staleIfError: '1s' });
  get(1);
  await slow(1);
  expect([cacheOf(get).explain(1).expiresIn, cacheOf(slow).explain(1).expiresIn]).toEqual([2000, 2000]);
  now = 2000;
  expect([cacheOf(get).has(1), cacheOf(slow).has(1)]).toEqual([false, false]);
  ttl = '0s';
  get(2);
  expect(cacheOf(get).has(2)).toBe(false);
  for (const mistake of MISTAKES.filter((each) => typeof each !== 'function')) {
    ttl = mistake;
    const message = expect.stringMatching(/^ttl: expected a number from 0, or a text such as '90s', but got: /);
    expect(() => get(3)).toThrow(error({ code: 'MEMOKIT_BAD_OPTION', message }));
    await expect(slow(3)).rejects.toMatchObject({ code: 'MEMOKIT_BAD_OPTION', message });
  }
  expect([cacheOf(get).size, cacheOf(slow).size]).toEqual([0, 1]);
});

test('the ttl that a method gives to its load context is a duration too', () => {
  let ttl: unknown = '2s';
  const get = memoize((n: number) => {
    loadContext()!.ttl(ttl as Duration);
    return n;
  });
  get(1);
  expect(cacheOf(get).explain(1).expiresIn).toBeGreaterThan(1000);
  ttl = '2 s';
  expect(() => get(2)).toThrow(ArgumentError);
  expect(() => get(2)).toThrow("ttl: expected a number from 0, or a text such as '90s', but got: string 2 s");
});

test('each time is the same as a text and as a number', async () => {
  const outcomes = [];
  for (const [second, tenth] of [
    ['1s', '100ms'],
    [1000, 100],
  ] as const) {
    const source = new Source<string>();
    const options = { ttl: second, staleWhileRevalidate: second, staleIfError: '0.05m', errorTtl: tenth } as const;
    const get = memoize((key: string) => source.load(key), { ...options, clock: source.clock });
    const seen: unknown[] = [];
    get('k');
    await source.give('old');
    for (const now of [999, 1000, 1999, 2000, 3999, 4000]) {
      source.now = now;
      seen.push(cacheOf(get).explain('k').outcome);
    }
    const call = get('k');
    await source.fail(new Error('down'));
    await settle();
    seen.push(await call.catch(({ message }) => message), cacheOf(get).explain('k').outcome);
    source.now += 100;
    seen.push(cacheOf(get).explain('k').outcome);
    outcomes.push(seen);
  }
  expect(outcomes[0]).toEqual(['hit', 'stale', 'stale', 'miss', 'miss', 'miss', 'down', 'failed', 'miss']);
  expect(outcomes[1]).toEqual(outcomes[0]);
});
