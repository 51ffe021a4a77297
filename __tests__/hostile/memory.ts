import { invalidateTags, memoize } from 'memokit';
import { PlainCache } from './plain-cache.js';

/** Large arguments, of which a cache holds many keys. */
export interface LargeKeys {
  readonly name: string;
  readonly entries: number;
  /** Makes the arguments of one call. */
  make(index: number): unknown[];
  /** As much content that `JSON.stringify` can express, where it cannot express the arguments. */
  equivalent?(index: number): unknown[];
}

const list = <T>(length: number, make: (index: number) => T): T[] => Array.from({ length }, (_, index) => make(index));

function keys(name: string, make: (id: number) => unknown, equivalent?: (id: number) => unknown): LargeKeys {
  const argsOf = (each: (id: number) => unknown) => (id: number) => [each(id), id];
  return { name, entries: 64, make: argsOf(make), ...(equivalent && { equivalent: argsOf(equivalent) }) };
}

/** A text that no other has parts of. */
const textOf = (id: number, length: number) => Buffer.alloc(length, `text ${id} `).toString('latin1');

export const LARGE_KEYS: readonly LargeKeys[] = [
  keys('bodies of records', (id) =>
    list(2000, (n) => ({ id: id + n, name: `name ${n}`, tags: ['a', 'b'], price: n / 7, note: null })),
  ),
  keys('lists of whole numbers', (id) => list(50_000, (n) => id + n)),
  keys('lists of digits', (id) => list(100_000, (n) => (id + n) % 10)),
  keys('lists of doubles', (id) => list(20_000, (n) => id + n / 7)),
  keys('lists of short texts', (id) => list(20_000, (n) => `text ${id + n}`)),
  keys('lists of null', () => list(50_000, () => null)),
  keys('lists of empty arrays', () => list(25_000, () => [])),
  keys('lists of empty objects', () => list(25_000, () => ({}))),
  keys('lists of one-letter texts', (id) => list(50_000, (n) => 'abcdefgh'[(id + n) % 8])),
  keys(
    'arrays in one another',
    () => {
      let value: unknown = [];
      for (let level = 0; level < 25_000; level++) value = [value];
      return value;
    },
    () => list(25_000, () => []),
  ),
  keys('objects with many members', (id) => Object.fromEntries(list(20_000, (n) => [`name${n}`, id + n]))),
  keys('texts', (id) => textOf(id, 300_000)),
  keys('texts of wide characters', (id) => '文字'.repeat(75_000) + id),
  keys('texts made of many parts', (id) => {
    let text = '';
    for (let part = 0; part < 50_000; part++) text += String.fromCharCode(97 + ((part + id) % 26));
    return text;
  }),
  keys(
    'Buffers',
    (id) => Buffer.alloc(300_000, `${id}`),
    (id) => textOf(id, 300_000),
  ),
  keys(
    'typed arrays',
    (id) => Float64Array.from({ length: 20_000 }, (_, n) => id + n / 7),
    (id) => list(20_000, (n) => id + n / 7),
  ),
  keys(
    'Maps',
    (id) => new Map(list(10_000, (n) => [`name${n}`, id + n])),
    (id) => list(10_000, (n) => [`name${n}`, id + n]),
  ),
  keys(
    'Sets',
    (id) => new Set(list(50_000, (n) => id + n)),
    (id) => list(50_000, (n) => id + n),
  ),
  keys(
    'lists of bigints',
    (id) => list(20_000, (n) => BigInt(id + n) * 10n ** 9n),
    (id) => list(20_000, (n) => `${BigInt(id + n) * 10n ** 9n}`),
  ),
  keys('lists of Dates', (id) => list(10_000, (n) => new Date((id + n) * 1e9))),
  {
    name: 'slices of long texts',
    entries: 128,
    make: (id) => [textOf(id, 500_000).slice(1000, 1040)],
  },
  {
    name: 'slices of long texts in objects',
    entries: 128,
    make: (id) => [{ [textOf(id, 500_000).slice(1000, 1040)]: textOf(id, 500_000).slice(2000, 2040) }],
  },
  {
    name: 'slices of long texts beside a number',
    entries: 128,
    make: (id) => [textOf(id, 500_000).slice(1000, 1040), id],
  },
  { name: 'many arguments', entries: 32, make: (id) => list(30_000, (n) => id + n) },
];

/** What fills memory, and how many entries are kept: by results, by failures that `errorTtl` remembers, or after churn. */
export const FILLINGS = ['results', 'failures', 'results after evictions'] as const;
export type Filling = (typeof FILLINGS)[number];

/** Fills a cache of ours, or a plain one, and returns how many bytes it holds. */
export async function bytesHeld(shape: LargeKeys, filling: Filling, isOurs: boolean): Promise<number> {
  const rounds = filling === 'results after evictions' ? 2 : 1;
  const calls = shape.entries * rounds;
  const before = await bytes();
  const cache = isOurs ? ourCache(shape.entries, filling) : plainCache(shape.entries, filling);
  for (let id = 0; id < calls; id++) {
    await cache((isOurs ? shape.make : (shape.equivalent ?? shape.make))(id));
  }
  const held = (await bytes()) - before;
  // Keeps the cache alive up to here.
  await cache([]);
  return held;
}

function ourCache(capacity: number, filling: Filling): (args: unknown[]) => unknown {
  if (filling === 'failures') {
    const fail = memoize(failing, { capacity, errorTtl: 1e9 });
    return (args) => fail(...args).catch(() => {});
  }
  const get = memoize((...args: unknown[]) => args.length, { capacity });
  return (args) => get(...args);
}

async function failing(..._args: unknown[]): Promise<number> {
  throw ERROR;
}

const ERROR = new Error('failed');

function plainCache(capacity: number, filling: Filling): (args: unknown[]) => unknown {
  const cache = new PlainCache<unknown>(filling === 'failures' ? () => ERROR : ({ length }) => length, capacity);
  return (args) => cache.get(args);
}

/** Invalidates long tags while nothing is cached that has one, and returns how many bytes are held. */
export async function bytesOfTags(): Promise<number> {
  const get = memoize(async (id: number) => id, { tags: (id) => [`${id}`] });
  await get(1);
  const before = await bytes();
  for (let id = 0; id < 9000; id++) invalidateTags(textOf(id, 9000));
  return (await bytes()) - before;
}

async function bytes(): Promise<number> {
  for (let round = 0; round < 3; round++) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    globalThis.gc?.();
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
