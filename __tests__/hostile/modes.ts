import { memoize } from 'memokit';
import { PlainBatch, PlainCache } from './plain-cache.js';

/** A way to call a cached function. */
export interface Mode {
  readonly name: string;
  /** The most times longer than the plain cache that memokit may take. */
  readonly most: number;
  /**
   * Prepares a cached function of ours, or a plain cache. Returns a function that makes the calls of one request, whose
   * time is measured.
   *
   * @param count The number of calls. `make` makes their arguments.
   */
  ours(count: number, make: () => unknown[][]): (calls: unknown[][]) => unknown;
  plain(count: number, make: () => unknown[][]): (calls: unknown[][]) => unknown;
}

const load = (): number => 1;
const loadAsync = async (): Promise<number> => 1;
const loadMany = async (keys: readonly unknown[]): Promise<number[]> => keys.map(() => 1);

const MOST = 10;
/**
 * Where a load is awaited, memokit makes the key again after it, to learn whether an argument was changed; and before a
 * batch is loaded. The plain cache never does.
 */
const MOST_AWAITED = 20;

const twice = (calls: unknown[][]): unknown[][] => [...calls, ...calls];

/** The argument of a batched function, which takes one. */
const only = (args: unknown[]): unknown => (args.length === 1 ? args[0] : args);

export const MODES: readonly Mode[] = [
  {
    name: 'hit',
    most: MOST,
    ours(count, make) {
      const get = memoize(load as (...args: unknown[]) => number, { capacity: count });
      for (const args of make()) get(...args);
      return (calls) => {
        for (const args of calls) get(...args);
      };
    },
    plain(count, make) {
      const cache = new PlainCache(load, count);
      for (const args of make()) cache.get(args);
      return (calls) => {
        for (const args of calls) cache.get(args);
      };
    },
  },
  {
    // Half of the entries leave again.
    name: 'miss',
    most: MOST,
    ours(count) {
      const get = memoize(load as (...args: unknown[]) => number, { capacity: Math.ceil(count / 2) });
      return (calls) => {
        for (const args of calls) get(...args);
      };
    },
    plain(count) {
      const cache = new PlainCache(load, Math.ceil(count / 2));
      return (calls) => {
        for (const args of calls) cache.get(args);
      };
    },
  },
  {
    // Each call is a miss first and a hit afterwards.
    name: 'signal',
    most: MOST_AWAITED,
    ours(count) {
      const get = memoize(loadAsync as (...args: any[]) => Promise<number>, {
        capacity: count,
        signal: (first) => first?.signal,
      });
      return async (calls) => {
        await Promise.all(calls.map((args) => get(...args)));
        await Promise.all(calls.map((args) => get(...args)));
      };
    },
    plain(count) {
      const cache = new PlainCache(loadAsync, count);
      return async (calls) => {
        await Promise.all(calls.map((args) => cache.get(args)));
        await Promise.all(calls.map((args) => cache.get(args)));
      };
    },
  },
  {
    name: 'in flight',
    most: MOST_AWAITED,
    ours(count) {
      const get = memoize(loadAsync as (...args: unknown[]) => Promise<number>, { capacity: count });
      return (calls) => Promise.all(twice(calls).map((args) => get(...args)));
    },
    plain(count) {
      const cache = new PlainCache(loadAsync, count);
      return (calls) => Promise.all(twice(calls).map((args) => cache.get(args)));
    },
  },
  {
    name: 'many',
    most: MOST_AWAITED,
    ours(count) {
      const get = memoize.many(loadMany, { capacity: count });
      return (calls) => Promise.all(twice(calls).map((args) => get(only(args))));
    },
    plain(count) {
      const batch = new PlainBatch(loadMany);
      const cache = new PlainCache((args) => batch.load(args), count);
      return (calls) => Promise.all(twice(calls).map((args) => cache.get(args)));
    },
  },
];
