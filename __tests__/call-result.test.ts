import { expect, test } from '@jest/globals';
import { type CallResult, cacheOf, cacheStatus, invalidateTags, memoize } from 'memokit';
import { parseList } from 'structured-headers';
import { Source, settle } from './support/source.js';

test('call tells of a synchronous call whether it was a miss or a hit, how old the value is and how long it is fresh', () => {
  let now = 0;
  for (const [ttl, left] of [
    [100, 70],
    [Infinity, Infinity],
    [() => 100, 70],
  ] as const) {
    now = 0;
    const get = memoize((id: number) => `value ${id}`, { ttl, clock: () => now });
    const value = 'value 1';
    expect(cacheOf(get).call(1)).toEqual({ value, outcome: 'miss', age: 0, expiresIn: ttl === Infinity ? ttl : 100 });
    now = 30;
    expect(cacheOf(get).call(1)).toEqual({ value, outcome: 'hit', age: 30, expiresIn: left });
    expect(cacheOf(get).stats()).toMatchObject({ hits: 1, misses: 1 });
  }
});

test('the age of a value that was loaded before anybody asked counts from its load where a ttl tells it, else from the first question', () => {
  let now = 0;
  const bounded = memoize((id: number) => id, { ttl: 100, clock: () => now });
  const endless = memoize((id: number) => id, { clock: () => now });
  bounded(1);
  endless(1);
  now = 30;
  expect([cacheOf(bounded).call(1).age, cacheOf(endless).call(1).age]).toEqual([30, 0]);
  now = 50;
  expect([cacheOf(bounded).call(1).age, cacheOf(endless).call(1).age]).toEqual([50, 20]);
});

for (const [title, options] of [
  ['a plain cache', {}],
  ['a cache with options for failures', { staleIfError: 1000 }],
] as const) {
  test(`call tells of an async call whether it was a miss, a hit or joined a load: ${title}`, async () => {
    const source = new Source<string>();
    const get = memoize(source.load, { ttl: 100, clock: source.clock, ...options });
    const first = cacheOf(get).call(1);
    const second = cacheOf(get).call(1);
    source.now = 10;
    await source.give('one');
    expect([await first, await second]).toEqual([
      { value: 'one', outcome: 'miss', age: 0, expiresIn: 100 },
      { value: 'one', outcome: 'coalesced', age: 0, expiresIn: 100 },
    ]);
    source.now = 40;
    expect(await cacheOf(get).call(1)).toEqual({ value: 'one', outcome: 'hit', age: 30, expiresIn: 70 });
  });

  test(`a call that fails rejects with its error: ${title}`, async () => {
    const source = new Source<string>();
    const get = memoize(source.load, { ttl: 100, clock: source.clock, ...options });
    const calls = [cacheOf(get).call(1), cacheOf(get).call(1)];
    await Promise.all([source.fail(new Error('down')), ...calls.map((call) => expect(call).rejects.toThrow('down'))]);
  });

  test(`a value that is not stored expires in 0 ms: ${title}`, async () => {
    const source = new Source<string>();
    const get = memoize(source.load, { ttl: 100, clock: source.clock, when: () => false, ...options });
    const refused = cacheOf(get).call(1);
    await source.give('one');
    expect(await refused).toEqual({ value: 'one', outcome: 'miss', age: 0, expiresIn: 0 });
    const fenced = cacheOf(get).call(1);
    cacheOf(get).put([1], 'put');
    await source.give('two');
    expect(await fenced).toEqual({ value: 'two', outcome: 'miss', age: 0, expiresIn: 0 });
  });

  test(`a call that has joined an outdated load tells what it came to after that: ${title}`, async () => {
    const source = new Source<string>();
    const get = memoize(source.load, { ttl: 100, clock: source.clock, tags: () => ['row'], ...options });
    get(1);
    invalidateTags('row');
    const call = cacheOf(get).call(1);
    await source.give('old');
    await source.give('new');
    expect([await call, source.runs.length]).toEqual([{ value: 'new', outcome: 'miss', age: 0, expiresIn: 100 }, 2]);
  });
}

test('a stale answer is told as such, whether it came at once, after softTimeout or after a failure', async () => {
  const source = new Source<string>();
  const get = memoize(source.load, { ttl: 10, staleIfError: 1000, softTimeout: 20, clock: source.clock });
  get(1);
  await source.give('old');
  source.now = 30;
  const stale: CallResult<string> = { value: 'old', outcome: 'stale', age: 30, expiresIn: -20 };
  const slow = [cacheOf(get).call(1), cacheOf(get).call(1)];
  expect(await Promise.all(slow)).toEqual([stale, stale]);
  const atOnce = cacheOf(get).call(1) as Promise<CallResult>;
  expect(await atOnce).toEqual(stale);
  await source.fail(new Error('down'));
  expect(await cacheOf(get).call(1)).toEqual(stale);
  expect(source.runs.length).toBe(2);

  const failing = memoize(source.load, { ttl: 10, staleIfError: 1000, clock: source.clock });
  failing(1);
  await source.give('older');
  source.now = 60;
  const failed = cacheOf(failing).call(1);
  await settle();
  await source.fail(new Error('down'));
  expect(await failed).toEqual({ value: 'older', outcome: 'stale', age: 30, expiresIn: -20 });
});

test('cacheStatus gives a Cache-Status header that a parser of structured fields reads', async () => {
  const parse = (result: Partial<CallResult>, name?: string) => {
    const [[item, parameters]] = parseList(cacheStatus(result as CallResult, name)) as unknown as [[unknown, unknown]];
    return { name: String(item), ...Object.fromEntries(parameters as Map<string, unknown>) };
  };
  const plain = (value: unknown) => JSON.parse(JSON.stringify(value, (_, each) => (each?.value ? String(each) : each)));
  expect(cacheStatus({ value: 1, outcome: 'hit', age: 18_000, expiresIn: 42_900 })).toBe('memokit; hit; ttl=42');
  const cases: [Partial<CallResult>, object][] = [
    [
      { outcome: 'hit', expiresIn: 999 },
      { hit: true, ttl: 0 },
    ],
    [{ outcome: 'hit', expiresIn: Infinity }, { hit: true }],
    [{ outcome: 'hit', expiresIn: Number.MAX_VALUE }, { hit: true }],
    [
      { outcome: 'stale', expiresIn: -1500 },
      { hit: true, ttl: -2 },
    ],
    [
      { outcome: 'stale', expiresIn: -Number.MAX_VALUE },
      { hit: true, ttl: -999_999_999_999_999 },
    ],
    [
      { outcome: 'miss', expiresIn: 60_000 },
      { fwd: 'miss', stored: true, ttl: 60 },
    ],
    [
      { outcome: 'miss', expiresIn: Infinity },
      { fwd: 'miss', stored: true },
    ],
    [{ outcome: 'miss', expiresIn: 0 }, { fwd: 'miss' }],
    [
      { outcome: 'coalesced', expiresIn: 60_000 },
      { fwd: 'miss', collapsed: true, ttl: 60 },
    ],
    [{ outcome: 'bypassed', expiresIn: 0 }, { fwd: 'bypass' }],
  ];
  for (const [result, expected] of cases) {
    expect(plain(parse(result))).toEqual({ name: 'memokit', ...expected });
    expect(plain(parse(result, 'my "own" \\ cache'))).toEqual({ name: 'my "own" \\ cache', ...expected });
  }
});

test('cacheStatus refuses a name that no header can have', () => {
  const result: CallResult = { value: 1, outcome: 'hit', age: 0, expiresIn: 1 };
  for (const name of ['', 'café', 'a\nSet-Cookie: b', 5 as never, null as never]) {
    expect(() => cacheStatus(result, name)).toThrow(expect.objectContaining({ code: 'MEMOKIT_BAD_ARGUMENT' }));
  }
});

test('who waits to learn the tags of a slow load and gets an old value is told that it is stale', async () => {
  const source = new Source<string>();
  const get = memoize(source.load, {
    ttl: 10,
    staleIfError: 10_000,
    softTimeout: 20,
    tags: ['row'],
    clock: source.clock,
  });
  get(1);
  await source.give('old');
  source.now = 20;
  const first = cacheOf(get).call(1);
  invalidateTags('unrelated');
  const second = cacheOf(get).call(1);
  const stale = { value: 'old', outcome: 'stale', age: 20, expiresIn: -10 };
  expect([await first, await second]).toEqual([stale, stale]);
});

test('a value that was loaded is not taken for the old one that it equals', async () => {
  for (const copy of [undefined, (value: string) => value]) {
    const source = new Source<string>();
    const get = memoize(source.load, { ttl: 10, staleIfError: 100, softTimeout: 20, copy, clock: source.clock });
    get(1);
    await source.give('same');
    source.now = 20;
    expect((await cacheOf(get).call(1)).outcome).toBe('stale');
    source.now = 200;
    const joined = cacheOf(get).call(1);
    await source.give('same');
    expect(await joined).toEqual({ value: 'same', outcome: 'coalesced', age: 0, expiresIn: 10 });
  }
});

test('with copies too, a value that is not stored has no age and expires in 0 ms', async () => {
  const source = new Source<{ v: string }>();
  const get = memoize(source.load, { ttl: 1000, copy: structuredClone, clock: source.clock });
  const call = cacheOf(get).call(1);
  cacheOf(get).put([1], { v: 'put' });
  source.now = 5;
  await source.give({ v: 'loaded' });
  expect(await call).toEqual({ value: { v: 'loaded' }, outcome: 'miss', age: 0, expiresIn: 0 });
  const sync: (id: number) => { id: number } = memoize(
    (id) => {
      cacheOf(sync).put([id], { id: -1 });
      return { id };
    },
    { ttl: 1000, copy: structuredClone, clock: source.clock },
  );
  expect(cacheOf(sync).call(1)).toEqual({ value: { id: 1 }, outcome: 'miss', age: 0, expiresIn: 0 });
});

test('a hit tells the age of the value that it gives, although the reload that it begins has removed it', async () => {
  let now = 0;
  let fails = false;
  const get = memoize(
    (id: number): Promise<number> => {
      if (fails) throw new Error('not found');
      return Promise.resolve(id);
    },
    { ttl: 100, refreshAhead: 0.5, staleIfError: { for: 100, when: () => false }, clock: () => now },
  );
  await get(1);
  now = 60;
  fails = true;
  expect(await cacheOf(get).call(1)).toEqual({ value: 1, outcome: 'hit', age: 60, expiresIn: 40 });
});
