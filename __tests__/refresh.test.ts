import { expect, jest, test } from '@jest/globals';
import { type CachedOptions, cacheOf, clearAll, invalidateTags, memoize, RecursionError } from 'memokit';
import { disableCaching } from 'memokit/testing';
import { Source, settle } from './support/source.js';

/** The loaders: plain caching, and what the options for sources that fail bring. */
const loaders: [title: string, options: CachedOptions][] = [
  ['a plain cache', {}],
  ['a cache with options for failures', { ttl: 1000, staleIfError: 1000 }],
];

for (const [title, options] of loaders) {
  test(`while a refresh runs, callers get what is stored, and then what it gives: ${title}`, async () => {
    const source = new Source<string>();
    const get = memoize(source.load, options);
    const first = get(1);
    await source.give('old');
    const refreshed = cacheOf(get).refresh(1);
    expect([await first, await get(1), source.runs.length]).toEqual(['old', 'old', 2]);
    await source.give('new');
    expect([await refreshed, await get(1), source.runs.length]).toEqual(['new', 'new', 2]);
    expect(cacheOf(get).stats()).toMatchObject({ hits: 2, misses: 1, loads: 2 });
  });

  test(`a call that finds nothing joins the refresh: ${title}`, async () => {
    const source = new Source<string>();
    const get = memoize(source.load, options);
    const refreshed = cacheOf(get).refresh(1);
    const called = get(1);
    await source.give('new');
    expect([await refreshed, await called, source.runs.length]).toEqual(['new', 'new', 1]);
    expect(cacheOf(get).stats()).toMatchObject({ hits: 1, misses: 0, coalesced: 1, loads: 1 });
  });

  test(`a refresh fences the load that began before it, whose callers get its result all the same: ${title}`, async () => {
    const source = new Source<string>();
    const get = memoize(source.load, options);
    const called = get(1);
    const refreshed = cacheOf(get).refresh(1);
    source.runs[1]!.resolve('after');
    await settle();
    source.runs[0]!.resolve('before');
    expect([await called, await refreshed, await get(1), source.runs.length]).toEqual(['before', 'after', 'after', 2]);
  });

  test(`two hundred callers who refresh a key at once cause two loads, and all but the first share the second: ${title}`, async () => {
    const source = new Source<number>();
    const get = memoize(source.load, options);
    const all = Array.from({ length: 200 }, () => cacheOf(get).refresh(1));
    expect(source.runs.length).toBe(1);
    await source.give(1);
    expect(source.runs.length).toBe(2);
    await source.give(2);
    expect(await Promise.all(all)).toEqual([1, ...Array(199).fill(2)]);
    expect([await get(1), source.runs.length]).toEqual([2, 2]);
  });

  test(`the next refresh begins although the one before it fails: ${title}`, async () => {
    const source = new Source<number>();
    const get = memoize(source.load, options);
    const [first, second, third] = [cacheOf(get).refresh(1), cacheOf(get).refresh(1), cacheOf(get).refresh(1)];
    await Promise.all([source.fail(new Error('down')), expect(first).rejects.toThrow('down')]);
    await source.give(2);
    expect([await second, await third, source.runs.length]).toEqual([2, 2, 2]);
  });

  test(`a refresh that fails rejects for its caller alone, and changes nothing: ${title}`, async () => {
    const source = new Source<string>();
    const errors: unknown[] = [];
    const get = memoize(source.load, {
      ...options,
      on: { error: ({ error }) => errors.push((error as Error).message) },
    });
    get(1);
    await source.give('old');
    const before = cacheOf(get).explain(1);
    const refreshed = cacheOf(get).refresh(1);
    await Promise.all([source.fail(new Error('down')), expect(refreshed).rejects.toThrow('down')]);
    expect(await get(1)).toBe('old');
    expect([cacheOf(get).explain(1).outcome, source.runs.length, errors]).toEqual([before.outcome, 2, ['down']]);
    expect(cacheOf(get).stats()).toMatchObject({ loads: 1, loadErrors: 1 });
  });

  test(`what was deleted, put or cleared while a refresh ran stays so: ${title}`, async () => {
    const source = new Source<string>();
    const get = memoize(source.load, options);
    const cache = cacheOf(get);
    for (const [change, after] of [
      [() => cache.delete(1), undefined],
      [() => cache.clear(), undefined],
      [() => cache.put([1], 'put'), 'put'],
    ] as const) {
      const refreshed = cache.refresh(1);
      change();
      await source.give('outdated');
      expect([await refreshed, await cache.peek(1)]).toEqual(['outdated', after]);
    }
  });

  test(`a refresh whose tag was invalidated while it ran is not stored: ${title}`, async () => {
    const source = new Source<string>();
    const get = memoize(source.load, { ...options, tags: () => ['row'] });
    const refreshed = cacheOf(get).refresh(1);
    invalidateTags('row');
    await source.give('outdated');
    expect([await refreshed, cacheOf(get).size]).toEqual(['outdated', 0]);
  });

  test(`refreshes of different keys run side by side: ${title}`, async () => {
    const source = new Source<string>();
    const get = memoize(source.load, options);
    const all = [cacheOf(get).refresh(1), cacheOf(get).refresh({ id: 2 })];
    expect(source.runs.map(({ args }) => args)).toEqual([[1], [{ id: 2 }]]);
    for (const { resolve, args } of source.runs) resolve(String(args[0]));
    expect(await Promise.all(all)).toEqual(['1', '[object Object]']);
  });

  test(`a result of a refresh that the option when refuses does not leave the old one: ${title}`, async () => {
    const source = new Source<string>();
    const get = memoize(source.load, { ...options, when: (result) => result !== 'gone' });
    get(1);
    await source.give('old');
    const refreshed = cacheOf(get).refresh(1);
    await source.give('gone');
    expect([await refreshed, cacheOf(get).has(1)]).toEqual(['gone', false]);
  });
}

test('a refresh of a synchronous method returns its value, and one that throws changes nothing', () => {
  let value: string | Error = 'old';
  const evictions: string[] = [];
  const get = memoize(
    (_id: number): string => {
      if (value instanceof Error) throw value;
      return value;
    },
    { on: { evict: (event) => evictions.push(`${event.cause} ${event.value}`) } },
  );
  const cache = cacheOf(get);
  get(1);
  value = 'new';
  expect([get(1), cache.refresh(1), get(1), evictions]).toEqual(['old', 'new', 'new', ['replaced old']]);
  value = new Error('down');
  expect(() => cache.refresh(1)).toThrow('down');
  expect([get(1), evictions, cache.stats().misses, cache.stats().loads]).toEqual(['new', ['replaced old'], 1, 2]);
});

test('a method that refreshes what it is loading gets a RecursionError, in a call and in a refresh', async () => {
  const errors: unknown[] = [];
  const tryRefresh = (refresh: () => unknown) => {
    try {
      refresh();
    } catch (error) {
      errors.push(error);
    }
  };
  const sync: (id: number) => number = memoize((id) => {
    tryRefresh(() => cacheOf(sync).refresh(id));
    return id;
  });
  const later: (id: number) => Promise<number> = memoize(
    async (id) => {
      tryRefresh(() => cacheOf(later).refresh(id));
      return id;
    },
    { ttl: 1000, staleIfError: 1000 },
  );
  expect([sync(1), cacheOf(sync).refresh(1), await later(1), await cacheOf(later).refresh(1)]).toEqual([1, 1, 1, 1]);
  expect(errors).toHaveLength(4);
  for (const error of errors) expect(error).toBeInstanceOf(RecursionError);
});

test('a failing refresh is not remembered, starts no back-off, and lets an old value answer those who joined it', async () => {
  const source = new Source<string>();
  const get = memoize(source.load, { ttl: 10, staleIfError: 100, errorTtl: 50, clock: source.clock });
  get(1);
  await source.give('old');
  source.now = 20;
  const refreshed = cacheOf(get).refresh(1);
  const joined = get(1);
  await Promise.all([source.fail(new Error('down')), expect(refreshed).rejects.toThrow('down')]);
  expect(await joined).toBe('old');
  expect(cacheOf(get).explain(1).outcome).toBe('miss');
  const called = get(1);
  await source.give('new');
  expect([await called, source.runs.length]).toEqual(['new', 3]);
  expect(cacheOf(get).stats()).toMatchObject({ staleHits: 1 });
});

test('a caller of refresh that aborts stops waiting, and the refresh goes on', async () => {
  const source = new Source<string>();
  const get = memoize(async (id: number, _signal?: AbortSignal) => source.load(id), {
    signal: (_id, signal) => signal,
  });
  const controller = new AbortController();
  const refreshed = cacheOf(get).refresh(1, controller.signal);
  controller.abort(new Error('gone'));
  await expect(refreshed).rejects.toThrow('gone');
  await source.give('new');
  expect([await get(1), source.runs.length]).toEqual(['new', 1]);
  await expect(cacheOf(get).refresh(1, controller.signal)).rejects.toThrow('gone');
  expect(source.runs.length).toBe(1);
});

test('a caller that aborts while it waits for the next refresh does not spoil that one for the others', async () => {
  const source = new Source<string>();
  const get = memoize(
    async (id: number, request?: Request) => {
      request?.signal.throwIfAborted();
      return source.load(id);
    },
    { signal: (_id, request) => request?.signal, key: (id) => id },
  );
  const controller = new AbortController();
  const cache = cacheOf(get);
  const first = cache.refresh(1);
  const request = new Request('http://localhost', { signal: controller.signal });
  const [aborted, waiting] = [cache.refresh(1, request), cache.refresh(1)];
  controller.abort(new Error('gone'));
  await expect(aborted).rejects.toThrow('gone');
  await source.give('first');
  await source.give('second');
  expect([await first, await waiting, source.runs.length]).toEqual(['first', 'second', 2]);
});

test('callers of refresh share the next one although it ends at once', async () => {
  for (const options of [{}, { ttl: 1000, staleIfError: 1000 }]) {
    let loads = 0;
    const fail = (error: string): never => {
      throw new Error(error);
    };
    const get = memoize((_id: number) => (++loads === 1 ? Promise.resolve(1) : fail(`load ${loads}`)), options);
    const all = [1, 2, 3].map(() => cacheOf(get).refresh(1));
    const results = await Promise.allSettled(all);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected']);
    expect([loads, await get(1)]).toEqual([2, 1]);
  }
});

test('a refresh that takes longer than timeout fails and leaves the entry, and the next one begins', async () => {
  const source = new Source<string>();
  const get = memoize(source.load, { timeout: 20 });
  get(1);
  await source.give('old');
  const [first, second] = [cacheOf(get).refresh(1), cacheOf(get).refresh(1)];
  await expect(first).rejects.toMatchObject({ code: 'MEMOKIT_TIMEOUT' });
  expect([await get(1), source.runs.length]).toEqual(['old', 3]);
  await source.give('new');
  expect([await second, await get(1)]).toEqual(['new', 'new']);
});

test('a batched method is refreshed in a batch of its turn', async () => {
  const batches: unknown[] = [];
  const get = memoize.many(async (ids: number[]) => {
    batches.push(ids);
    return ids.map((id) => `${id} of batch ${batches.length}`);
  });
  await get(1);
  const all = await Promise.all([cacheOf(get).refresh(1), get(2), cacheOf(get).refresh(3), get(1)]);
  expect([all, batches]).toEqual([
    ['1 of batch 2', '2 of batch 2', '3 of batch 2', '1 of batch 1'],
    [[1], [1, 2, 3]],
  ]);
  expect(await get(1)).toBe('1 of batch 2');
});

test('a listener that throws during a refresh throws to its caller, who has refreshed the entry', async () => {
  const listener = (): never => {
    throw new Error('listener');
  };
  let loads = 0;
  const load = (): number => ++loads;
  for (const get of [
    memoize(load, { on: { evict: listener } }),
    memoize(async () => load(), { on: { evict: listener } }),
    memoize(async () => load(), { ttl: 1000, staleIfError: 1000, on: { evict: listener } }),
  ]) {
    const first = await get();
    await expect((async () => cacheOf(get).refresh())()).rejects.toThrow('listener');
    expect(await get()).toBe(first + 1);
  }
});

test('a refresh that waits is refused when its arguments were changed meanwhile, and others who wait are served', async () => {
  for (const key of [undefined, (query: { id: number }) => query.id]) {
    const ends: (() => void)[] = [];
    const get = memoize(
      async (query: { id: number }) => {
        const { id } = query;
        await new Promise<void>((end) => ends.push(end));
        return `id ${id}`;
      },
      { key },
    );
    const query = { id: 1 };
    const [first, changed, other] = [{ id: 1 }, query, { id: 1 }].map((each) => cacheOf(get).refresh(each));
    query.id = 2;
    ends[0]!();
    await expect(changed).rejects.toMatchObject({ code: 'MEMOKIT_BAD_ARGUMENT' });
    await settle();
    ends[1]!();
    expect([await first, await other, await get({ id: 1 }), ends.length]).toEqual(['id 1', 'id 1', 'id 1', 2]);
  }
});

test('who waits for a refresh is not concerned by the abort of who began it', async () => {
  class Request {
    constructor(readonly signal?: AbortSignal) {}
  }
  let loads = 0;
  // The signal lies in an instance, where it cannot be exchanged for that of the load.
  const get = memoize(
    ({ signal }: Request) =>
      new Promise<number>((resolve, reject) => {
        const load = ++loads;
        signal?.addEventListener('abort', () => reject(signal.reason));
        setTimeout(() => resolve(load), 20);
      }),
    { key: () => 0, signal: ({ signal }) => signal },
  );
  const controller = new AbortController();
  const first = cacheOf(get).refresh(new Request());
  const second = cacheOf(get).refresh(new Request(controller.signal));
  const third = cacheOf(get).refresh(new Request());
  await first;
  await settle();
  controller.abort(new Error('gone'));
  await expect(second).rejects.toThrow('gone');
  expect(await third).toBe(3);
});

test('an error of a listener in place of a refresh leaves no rejection that nobody handles', async () => {
  const unhandled = jest.fn();
  process.on('unhandledRejection', unhandled);
  const get = memoize(
    async (id: string) => {
      if (id === 'bad') throw new Error('down');
      return id;
    },
    {
      on: {
        evict: () => {
          throw new Error('listener');
        },
      },
    },
  );
  await get('a');
  clearAll();
  expect(() => cacheOf(get).refresh('bad')).toThrow('listener');
  await new Promise((resolve) => setTimeout(resolve, 10));
  process.off('unhandledRejection', unhandled);
  expect(unhandled).not.toHaveBeenCalled();
});

test('a refresh that waits while caching is disabled stores nothing', async () => {
  const source = new Source<string>();
  const get = memoize(source.load);
  const [first, second] = [cacheOf(get).refresh(1), cacheOf(get).refresh(1)];
  const enable = disableCaching();
  await source.give('one');
  await source.give('two');
  enable();
  expect([await first, await second, await get(1)]).toEqual(['one', 'two', 'one']);
});
