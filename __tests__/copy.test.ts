import { expect, jest, test } from '@jest/globals';
import { type CachedOptions, cached, cacheOf, loadContext, memoize, puts } from 'memokit';
import { run } from './support/run.js';
import { Source, settle } from './support/source.js';

/** The option `copy`: each caller gets a copy of its own. */

interface Box {
  n: number;
}

/** Changes what a caller was given, as a careless caller does. */
const spoil = (box: Box) => {
  box.n = -1;
};

/** Functions that give boxes, with each loader, synchronous and async. */
const given: Box[] = [];
const load = (n: number): Box => {
  const box = { n };
  given.push(box);
  return box;
};
const options = { copy: (box: Box) => ({ ...box }) };
const KINDS: [title: string, make: (more?: CachedOptions) => (n: number) => Box | Promise<Box>][] = [
  ['a synchronous function', (more) => memoize(load, { ...options, ...more })],
  ['a synchronous function that ages', (more) => memoize(load, { ...options, ttl: '1h', revalidate: '1h', ...more })],
  ['an async function', (more) => memoize(async (n: number) => load(n), { ...options, ...more })],
  [
    'an async function with options for a slow source',
    (more) => memoize(async (n: number) => load(n), { ...options, ttl: '1h', staleIfError: '1h', ...more }),
  ],
  [
    'a batched function',
    (more) => memoize.many(async (ns: readonly number[]) => ns.map(load), { ...options, ...more }) as never,
  ],
];

for (const [title, make] of KINDS) {
  test(`no caller of ${title} can change what others are given`, async () => {
    given.length = 0;
    const get = make();
    const cache = cacheOf(get);
    const both = await Promise.all([get(1), get(1)]);
    expect(both).toEqual([{ n: 1 }, { n: 1 }]);
    expect(both[0]).not.toBe(both[1]);
    for (const box of both) spoil(box);
    spoil(await get(1));
    spoil((await cache.peek(1))!);
    for (const [, box] of cache) spoil(await box);
    spoil((await cache.call(1)).value as Box);
    expect([await get(1), await cache.peek(1), (await cache.call(1)).value]).toEqual([{ n: 1 }, { n: 1 }, { n: 1 }]);
    spoil(await cache.refresh(1));
    expect(await get(1)).toEqual({ n: 1 });
    const put = { n: 5 };
    cache.put([5], put);
    spoil(put);
    spoil(await get(5));
    expect(await get(5)).toEqual({ n: 5 });
    expect(given.every(({ n }) => n === 1)).toBe(true);
    expect(await cache.call(1)).toMatchObject({ outcome: 'hit', value: { n: 1 } });
  });

  test(`listeners of ${title} are given copies`, async () => {
    given.length = 0;
    const heard: unknown[] = [];
    const hear = (name: string) => (event: { value: unknown }) => {
      heard.push(name);
      Promise.resolve(event.value as Box).then(spoil);
    };
    const get = make({ on: { hit: hear('hit'), miss: hear('miss'), evict: hear('evict') } });
    await get(1);
    await settle();
    expect(await get(1)).toEqual({ n: 1 });
    await settle();
    expect(await get(1)).toEqual({ n: 1 });
    cacheOf(get).clear();
    await settle();
    expect(heard).toEqual(['miss', 'hit', 'hit', 'evict']);
    expect(given).toEqual([{ n: 1 }]);
  });

  test(`an error of copy reaches each caller of ${title}, and the entry stays`, async () => {
    let isBroken = true;
    const copy = (box: Box) => {
      if (isBroken) throw new Error('no copy');
      return { ...box };
    };
    const get = make({ copy });
    const call = async (n: number) => get(n);
    await expect(call(1)).rejects.toThrow('no copy');
    await expect(call(1)).rejects.toThrow('no copy');
    expect(cacheOf(get).has(1)).toBe(true);
    expect(() => cacheOf(get).put([1], { n: 2 })).toThrow('no copy');
    isBroken = false;
    expect([await get(1), cacheOf(get).stats()]).toMatchObject([{ n: 1 }, { hits: 2, misses: 1, loadErrors: 0 }]);
  });
}

test('an old value that stands in is copied too', async () => {
  const source = new Source<Box>();
  const get = memoize((_key: string) => source.load(), {
    ...options,
    ttl: 10,
    staleIfError: '1h',
    clock: source.clock,
    on: { error: () => {} },
  });
  const first = get('k');
  await source.give({ n: 1 });
  spoil(await first);
  source.now = 10;
  const [second, third] = [get('k'), get('k')];
  await source.fail(new Error('down'));
  for (const call of [second, third, get('k')]) {
    const box = await call;
    expect(box).toEqual({ n: 1 });
    spoil(box);
  }
});

test('a caller that aborts is rejected at once, and nothing is copied for it', async () => {
  const source = new Source<Box>();
  const copy = jest.fn((box: Box) => ({ ...box }));
  const get = memoize((_key: string, _signal?: AbortSignal) => source.load(), {
    copy,
    signal: (_key, signal) => signal,
  });
  const controller = new AbortController();
  const [first, second] = [get('k'), get('k', controller.signal)];
  controller.abort(new Error('gone'));
  await expect(second).rejects.toThrow('gone');
  expect(copy).not.toHaveBeenCalled();
  await source.give({ n: 1 });
  expect(await first).toEqual({ n: 1 });
  expect(copy).toHaveBeenCalledTimes(1);
});

test('a promise that is put is copied once it is fulfilled', async () => {
  const get = memoize(async (n: number): Promise<Box> => ({ n }), options);
  const box = { n: 7 };
  cacheOf(get).put([1], Promise.resolve(box));
  const joined = await get(1);
  spoil(box);
  spoil(joined);
  expect(await get(1)).toEqual({ n: 7 });
});

test('the result that a mutator puts is copied', () => {
  class Boxes {
    @cached(options)
    get(n: number): Box {
      return { n };
    }
    @puts<Boxes>('get', (box: Box) => [box.n])
    save(box: Box): Box {
      return box;
    }
  }
  const boxes = new Boxes();
  const saved = boxes.save({ n: 3 });
  spoil(saved);
  expect(boxes.get(3)).toEqual({ n: 3 });
});

test('with freeze the stored result is frozen, and copies are not', () => {
  const get = memoize((n: number) => ({ n, list: [n], map: new Map([[n, n]]) }), {
    copy: structuredClone,
    freeze: true,
  });
  const [first, second] = [get(1), get(1)];
  first.list.push(2);
  first.map.set(2, 2);
  second.list.push(3);
  expect([first.list, second.list, get(1)]).toEqual([[1, 2], [1, 3], { n: 1, list: [1], map: new Map([[1, 1]]) }]);
  expect(Object.isFrozen(get(1))).toBe(false);
});

test('a load is given a copy of what it is to replace, and may keep it', async () => {
  let now = 0;
  const seen: unknown[] = [];
  const get = memoize(
    (n: number): Box => {
      const context = loadContext<Box>()!;
      seen.push(context.previous?.value);
      if (context.previous === undefined) return { n };
      spoil(context.previous.value);
      return context.keep();
    },
    { ...options, ttl: 10, revalidate: '1h', clock: () => now },
  );
  get(1);
  now = 10;
  expect(get(1)).toEqual({ n: -1 });
  expect([get(1), seen]).toEqual([{ n: 1 }, [undefined, { n: -1 }]]);
});

test('copy must give the copy at once', async () => {
  const later = { copy: async (box: Box) => box } as CachedOptions;
  expect(() => memoize(load, later)).toThrow('copy: expected a function that is not async, but got: function');
  const get = memoize(load, { copy: (box: Box) => Promise.resolve(box) as never });
  expect(() => get(1)).toThrow('copy: expected a value that is not a promise as its result, but got: object');
  const slow = memoize(async (n: number) => load(n), { copy: (box: Box) => Promise.resolve(box) as never });
  await expect(slow(1)).rejects.toThrow('copy: expected a value that is not a promise as its result, but got: object');
});

test('copies leave no rejection unhandled but that of a caller', () => {
  const { status, stdout, stderr } = run('__tests__/programs/copies-unhandled.ts');
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(JSON.parse(stdout)).toEqual(['ignored by its caller']);
});
