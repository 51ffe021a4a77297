import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { cacheOf, memoize } from 'memokit';
import { behind } from './support/stores.js';

const key = fc.nat(5);
const operation = fc.oneof(
  { weight: 5, arbitrary: fc.record({ name: fc.constant('call' as const), key }) },
  fc.record({ name: fc.constantFrom('delete' as const, 'put' as const, 'fail' as const, 'mend' as const), key }),
  fc.record({ name: fc.constantFrom('clear' as const, 'break' as const), key: fc.constant(0) }),
);
/** What happens in one turn, after which its batch is run and has given its results. */
const turn = fc.array(operation, { maxLength: 8 });

test('batches agree with a naive model after any turns of calls, failures, puts and invalidations', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(turn, { maxLength: 8 }), behind.arbitrary, async (turns, isStored) => {
      /** The model: what is stored, what this turn has asked for, and whether that is to be stored. */
      const stored = new Map<number, string>();
      let asked: number[] = [];
      let loading = new Map<number, number>();
      const failing = new Set<number>();
      let isBroken = false;
      let version = 0;

      const lists: (readonly number[])[] = [];
      const get = memoize.many(
        async (keys: readonly number[]) => {
          lists.push(keys);
          if (isBroken) throw new Error('broken');
          return keys.map((key) => (failing.has(key) ? new Error(`no ${key}`) : `${key} of ${version}`));
        },
        { ...behind.options(isStored), capacity: 6 },
      );
      const cache = cacheOf(get);

      for (const operations of turns) {
        version++;
        asked = [];
        loading = new Map();
        lists.length = 0;
        isBroken = operations.some(({ name }) => name === 'break');
        const calls: { key: number; hit: string | undefined; promise: Promise<string> }[] = [];
        for (const { name, key } of operations) {
          if (name === 'call') {
            const hit = stored.get(key);
            calls.push({ key, hit, promise: get(key) });
            if (hit === undefined && !loading.has(key)) loading.set(key, asked.push(key));
          } else if (name === 'put') {
            cache.put([key], `put ${version}`);
            stored.set(key, `put ${version}`);
            loading.delete(key);
          } else if (name === 'delete') {
            expect(cache.delete(key)).toBe(stored.delete(key) || loading.has(key));
            loading.delete(key);
          } else if (name === 'clear') {
            cache.clear();
            stored.clear();
            loading.clear();
          } else if (name === 'fail') failing.add(key);
          else if (name === 'mend') failing.delete(key);
        }
        const settled = await Promise.allSettled(calls.map(({ promise }) => promise));
        // One of each, also where a call was made again after its load had been fenced.
        // With a store, a load of a key that was cleared has its lease, so that the next one is of a later batch.
        const wanted = [...new Set(asked)];
        if (isStored) expect(new Set(lists.flat())).toEqual(new Set(wanted));
        else expect(lists).toEqual(asked.length > 0 ? [wanted] : []);
        calls.forEach(({ key, hit }, i) => {
          const outcome = settled[i]!;
          const loaded = `${key} of ${version}`;
          if (hit !== undefined) expect(outcome).toMatchObject({ value: hit });
          else if (isBroken) expect(outcome).toMatchObject({ reason: { message: 'broken' } });
          else if (failing.has(key)) expect(outcome).toMatchObject({ reason: { message: `no ${key}` } });
          else expect(outcome).toMatchObject({ value: loaded });
        });
        for (const key of loading.keys()) {
          if (!isBroken && !failing.has(key)) stored.set(key, `${key} of ${version}`);
        }
        const entries = await Promise.all(
          [...cache.entries()].map(async ([key, value]) => [key, await value] as const),
        );
        expect(new Map(entries)).toEqual(stored);
      }
    }),
  );
});
