import { expect, jest, test } from '@jest/globals';
import { type CachedOptions, cacheOf, loadContext, memoize, TimeoutError } from 'memokit';
import { run } from './support/run.js';
import { Source, settle } from './support/source.js';

/** `staleIfError` with `when`, and `errorTtl` as a function: what an error of the source means. */

class NotFound extends Error {}

const when = (error: unknown) => !(error instanceof NotFound);
const notFound = new NotFound('not found');
const down = new Error('down');

/** A memoized source whose first value is old, and which may stand in for an hour. */
async function grownOld(options: CachedOptions = {}) {
  const source = new Source<string>();
  const get = memoize((key: string, ..._more: unknown[]) => source.load(key), {
    ttl: 1000,
    staleIfError: { for: '1h', when },
    clock: source.clock,
    ...options,
  });
  const first = get('k');
  await source.give('old');
  await first;
  source.now = 1000;
  const fail = async (error: unknown) => {
    const call = get('k').catch((thrown) => thrown);
    await source.fail(error);
    return call;
  };
  return { source, get, fail, cache: cacheOf(get) };
}

test('an old value stands in for the errors that when allows, and for no others', async () => {
  const { fail, source, get, cache } = await grownOld();
  expect(await fail(down)).toBe('old');
  source.now += 1000;
  expect(await fail(notFound)).toBe(notFound);
  expect([cache.size, cache.explain('k').outcome, cache.stats().evictions.replaced]).toEqual([0, 'miss', 1]);
  const call = get('k');
  await source.fail(down);
  await expect(call).rejects.toBe(down);
});

test('after an error that when refuses, the old value is not given while the back-off lasts, nor for another error', async () => {
  const { fail, source } = await grownOld({ staleWhileRevalidate: 0 });
  expect(await fail(notFound)).toBe(notFound);
  expect(await fail(down)).toBe(down);
  expect(source.runs).toHaveLength(3);
});

test('callers that have joined the load get the refused error too, and a reload in the background ends the old value', async () => {
  const { source, get, cache } = await grownOld();
  const calls = [get('k'), get('k')].map((call) => call.catch((thrown) => thrown));
  await source.fail(notFound);
  expect(await Promise.all(calls)).toEqual([notFound, notFound]);

  const ahead = await grownOld({ staleWhileRevalidate: '1h' });
  expect(await ahead.get('k')).toBe('old');
  await ahead.source.fail(notFound);
  expect([ahead.cache.size, cache.size]).toEqual([0, 0]);
});

test('a fresh value that refreshAhead reloads is removed by a refused error, and kept by an allowed one', async () => {
  for (const [error, size] of [
    [notFound, 0],
    [down, 1],
  ] as const) {
    const { source, get, cache } = await grownOld({ refreshAhead: 0.5 });
    cache.put(['k'], 'newer');
    source.now += 500;
    expect(await get('k')).toBe('newer');
    await source.fail(error);
    expect(cache.size).toBe(size);
  }
});

test('when gets the error and the arguments, and only if there is an old value', async () => {
  const asked = jest.fn((_error: unknown, ..._args: unknown[]) => true);
  const { source, get, fail } = await grownOld({ staleIfError: { for: '1h', when: asked } });
  expect(await fail(down)).toBe('old');
  const other = get('other', 5);
  await source.fail(down);
  await expect(other).rejects.toBe(down);
  expect(asked.mock.calls).toEqual([[down, 'k']]);
});

test('when is asked about a timeout, and not about a soft one', async () => {
  jest.useFakeTimers();
  try {
    for (const isAllowed of [true, false]) {
      const asked = jest.fn((error: unknown) => isAllowed && error instanceof TimeoutError);
      const staleIfError = { for: '1h', when: asked } as const;
      const { get, cache } = await grownOld({ staleIfError, timeout: 100, softTimeout: 50 });
      const early = get('k');
      await jest.advanceTimersByTimeAsync(50);
      expect([await early, asked.mock.calls.length]).toEqual(['old', 0]);
      await jest.advanceTimersByTimeAsync(50);
      expect([asked.mock.calls, cache.size]).toEqual([[[expect.any(TimeoutError), 'k']], isAllowed ? 1 : 0]);
    }
  } finally {
    jest.useRealTimers();
  }
});

test('a value that was put while the load ran is not removed by the error of that load', async () => {
  const { source, get, cache } = await grownOld();
  const call = get('k').catch((thrown) => thrown);
  cache.put(['k'], 'newer');
  await source.fail(notFound);
  expect([await call, await get('k')]).toEqual([notFound, 'newer']);
});

test('an error of an option about a result is no answer of the source, and ends no old value', async () => {
  let isBroken = false;
  const weigh = () => (isBroken ? Number.NaN : 1);
  const { source, get, cache } = await grownOld({ weigh, staleIfError: { for: '1h', when: () => false } });
  isBroken = true;
  const call = get('k').catch((thrown) => thrown);
  await source.give('new');
  expect([await call, cache.size]).toEqual([expect.objectContaining({ code: 'MEMOKIT_BAD_OPTION' }), 1]);
});

test('a refresh that fails with a refused error leaves the entry as it was', async () => {
  const { source, cache } = await grownOld();
  const refreshed = cache.refresh('k').catch((thrown: unknown) => thrown);
  await source.fail(notFound);
  expect([await refreshed, cache.size]).toEqual([notFound, 1]);
});

test('a caller that aborts ends no old value', async () => {
  const { source, get, cache } = await grownOld({
    staleIfError: { for: '1h', when: () => false },
    key: (key) => key,
    signal: (_key, signal) => signal as AbortSignal | undefined,
  });
  const controller = new AbortController();
  const call = get('k', controller.signal);
  controller.abort(new Error('gone'));
  await expect(call).rejects.toThrow('gone');
  await settle();
  expect([cache.size, source.runs.length]).toEqual([1, 2]);
});

test('an old value that revalidate keeps is removed too by a refused error', async () => {
  const seen: unknown[] = [];
  const { fail } = await grownOld({ revalidate: '7d', on: { error: () => seen.push(loadContext()) } });
  expect(await fail(notFound)).toBe(notFound);
  expect(await fail(down)).toBe(down);
});

test('if when throws, callers get the error of the load, on.error gets what when threw, and the old value stays', async () => {
  const heard: unknown[] = [];
  let isBroken = true;
  const { source, fail, cache } = await grownOld({
    staleIfError: {
      for: '1h',
      when: () => {
        if (isBroken) throw new Error('when');
        return true;
      },
    },
    on: { error: ({ error }) => heard.push((error as Error).message) },
  });
  expect(await fail(down)).toBe(down);
  expect([heard, cache.size]).toEqual([['down', 'when'], 1]);
  isBroken = false;
  expect(await fail(down)).toBe('old');
  expect(source.runs).toHaveLength(3);

  const late = await grownOld({
    staleIfError: { for: '1h', when: () => Promise.resolve(true) as never },
    on: { error: ({ error }) => heard.push((error as Error).message) },
  });
  expect(await late.fail(down)).toBe(down);
  expect(heard.at(-1)).toBe('staleIfError.when: expected a boolean as its result, but got: object');
});

test('errorTtl may be a function of the error and the arguments, and 0 is not remembered', async () => {
  const asked = jest.fn((error: unknown, ..._args: unknown[]) => (error instanceof NotFound ? '5m' : 0));
  const source = new Source<string>();
  const get = memoize((key: string) => source.load(key), { errorTtl: asked as never, clock: source.clock });
  const fail = async (key: string, error: unknown) => {
    const call = get(key).catch((thrown) => thrown);
    await source.fail(error);
    return call;
  };
  await fail('a', notFound);
  await fail('b', down);
  expect(asked.mock.calls).toEqual([
    [notFound, 'a'],
    [down, 'b'],
  ]);
  const { explain } = { explain: (key: string) => cacheOf(get).explain(key).outcome };
  expect([explain('a'), explain('b')]).toEqual(['failed', 'miss']);
  await expect(get('a')).rejects.toBe(notFound);
  source.now = 299_999;
  expect(explain('a')).toBe('failed');
  source.now = 300_000;
  expect(explain('a')).toBe('miss');
});

test('a refused error that errorTtl remembers answers in place of the old value', async () => {
  const { fail, get, cache } = await grownOld({ errorTtl: (error) => (error instanceof NotFound ? '1m' : '1s') });
  expect(await fail(notFound)).toBe(notFound);
  await expect(get('k')).rejects.toBe(notFound);
  expect([cache.explain('k').outcome, cache.size]).toEqual(['failed', 0]);
});

for (const [title, errorTtl, message] of [
  ['a promise', () => Promise.resolve(5), 'errorTtl: expected a number from 0 as its result, but got: object'],
  ['no time', () => '5 min', "errorTtl: expected a number from 0, or a text such as '90s', but got: string 5 min"],
  [
    'an error',
    () => {
      throw new Error('thrown');
    },
    'thrown',
  ],
] as const) {
  test(`if errorTtl gives ${title}, the failure is not remembered, and on.error is told`, async () => {
    const heard: unknown[] = [];
    const on = { error: ({ error }: { error: unknown }) => heard.push((error as Error).message) };
    const { fail, cache } = await grownOld({ errorTtl: errorTtl as never, on });
    expect(await fail(down)).toBe('old');
    expect(heard).toEqual(['down', message]);
    cache.clear();
    expect(await fail(down)).toBe(down);
    expect(cache.explain('k').outcome).toBe('miss');
  });
}

test('what staleIfError must be is said where it is given', () => {
  const make = (staleIfError: unknown) => () => memoize(async () => 1, { ttl: 1, staleIfError } as CachedOptions);
  const refusals: [unknown, string][] = [
    [{ for: 5 }, 'staleIfError.when: expected a function that is not async, but got: undefined'],
    [{ for: 5, when: async () => true }, 'staleIfError.when: expected a function that is not async, but got: function'],
    [{ when }, "staleIfError.for: expected a number from 0, or a text such as '90s', but got: undefined"],
    [{ for: '1 h', when }, "staleIfError.for: expected a number from 0, or a text such as '90s', but got: string 1 h"],
    [{ for: 5, when, if: when }, 'staleIfError: expected for when, but got: string if'],
    [
      [5],
      "staleIfError: expected a number from 0, or a text such as '90s', or an object with for and when, but got: array",
    ],
    [
      () => 5,
      "staleIfError: expected a number from 0, or a text such as '90s', or an object with for and when, but got: function",
    ],
  ];
  for (const [given, message] of refusals) expect(make(given)).toThrow(message);
  expect(() => memoize(async () => 1, { staleIfError: { for: 5, when } })).toThrow(
    'staleIfError: expected a ttl beside it',
  );
  expect(() => memoize(async () => 1, { errorTtl: (async () => 5) as never })).toThrow(
    'errorTtl: expected a function that is not async, but got: function',
  );
  const preset = memoize.with({ ttl: 1000, staleIfError: { for: 5, when: () => false } });
  expect(preset(async () => 1, { staleIfError: 5 })).toBeInstanceOf(Function);
});

test('what when throws is an uncaught exception without on.error, and the caller still gets the error of the load', () => {
  const program = `
    import { memoize } from 'memokit';
    process.on('uncaughtException', ({ message }) => console.log('uncaught', message));
    let now = 0;
    let isDown = false;
    const get = memoize(async () => { if (isDown) throw new Error('down'); return 1; }, {
      ttl: 5, clock: () => now, staleIfError: { for: 100, when: () => { throw new Error('when'); } },
    });
    await get();
    now = 5;
    isDown = true;
    await get().catch(({ message }) => console.log('caller', message));
  `;
  const { stdout, stderr } = run('--input-type=module', {}, ['--import', 'tsx'], ['--eval', program]);
  expect([stdout.split('\n').sort(), stderr]).toEqual([['', 'caller down', 'uncaught when'], '']);
});
