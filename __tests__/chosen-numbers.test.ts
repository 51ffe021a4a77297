import { expect, test } from '@jest/globals';
import { LruCache, memoize } from 'memokit';
import { chosenBigints, chosenDoubles, chosenIntegers } from './support/chosen-numbers.js';

/** Numbers that meet in one bucket of a Map take it 30 to 60 times as long as others of the same kind, if they are so many. */
const COUNT = 20_000;
const MOST = 5;

type Id = number | bigint;

const spread = (i: number) => Math.imul(i + 1, 0x9e3779b1);
const kinds: Record<string, [chosen: Id[], others: Id[]]> = {
  'whole numbers': [chosenIntegers(COUNT), Array.from({ length: COUNT }, (_, i) => spread(i))],
  doubles: [chosenDoubles(COUNT), Array.from({ length: COUNT }, (_, i) => spread(i) * 1e-5)],
  bigints: [chosenBigints(COUNT), Array.from({ length: COUNT }, (_, i) => BigInt(spread(i)) * 0x9e3779b97f4a7c15n)],
};

const loads: Record<string, (ids: Id[]) => unknown> = {
  'calls in flight': (ids) => {
    const get = memoize(async (id: Id) => id, { capacity: 1 });
    return Promise.all(ids.map((id) => get(id)));
  },
  'calls in flight with an object that holds one': (ids) => {
    const get = memoize(async ({ id }: { id: Id }) => id, { capacity: 1 });
    return Promise.all(ids.map((id) => get({ id })));
  },
  'calls in flight with two arguments': (ids) => {
    const get = memoize(async (_tenant: string, id: Id) => id, { capacity: 1 });
    return Promise.all(ids.map((id) => get('t', id)));
  },
  'calls of a batch': (ids) => {
    const get = memoize(async (id: Id) => id, { capacity: 1, many: async (list: readonly Id[]) => [...list] });
    return Promise.all(ids.map((id) => get(id)));
  },
  'stored calls': (ids) => {
    const get = memoize((id: Id) => id, { capacity: COUNT });
    for (let i = 0; i < 2; i++) for (const id of ids) get(id);
  },
  'stored calls with two arguments': (ids) => {
    const get = memoize((_tenant: string, id: Id) => id, { capacity: COUNT });
    for (let i = 0; i < 2; i++) for (const id of ids) get('t', id);
  },
  'entries of an LruCache': (ids) => {
    const cache = new LruCache<Id, Id>({ capacity: COUNT });
    for (const id of ids) cache.set(id, id);
    for (const id of ids) cache.delete(id);
  },
  'loads of an LruCache': (ids) => {
    const cache = new LruCache<Id, Id>({ capacity: 1 });
    return Promise.all(ids.map((id) => cache.getOrLoad(id, async () => id)));
  },
};

/** The milliseconds of processor time that a load takes, at best. */
async function timeOf(load: (ids: Id[]) => unknown, ids: Id[]): Promise<number> {
  let best = Infinity;
  for (let i = 0; i < 2; i++) {
    const before = process.cpuUsage();
    await load(ids);
    const { user, system } = process.cpuUsage(before);
    best = Math.min(best, (user + system) / 1000);
  }
  return best;
}

for (const [kind, [chosen, others]] of Object.entries(kinds)) {
  for (const [what, load] of Object.entries(loads)) {
    test(`${what}: chosen ${kind} take no longer than others`, async () => {
      const usual = await timeOf(load, others);
      expect((await timeOf(load, chosen)) / usual).toBeLessThan(MOST);
    });
  }
}
