/**
 * Source: the contract of DataLoader as its own tests state it, `src/__tests__/dataloader.test.js` and
 * `src/__tests__/abuse.test.js` (github.com/graphql/dataloader), told in our words. A loader is `memoize.many`, `load` is a
 * call, `loadMany` is `Promise.all`, and `clear`, `clearAll` and `prime` are `delete`, `clear` and `put` of its cache.
 * docs/foreign.md lists the differences by choice.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { describe, expect, test } from '@jest/globals';
import { cached, cacheOf, caches, memoize } from 'memokit';
import { error } from '../support/error.js';

/** A loader that returns each key, and the lists that its batch function was called with. */
function identity<K>(options = {}) {
  const lists: (readonly K[])[] = [];
  const load = memoize.many(async (keys: readonly K[]): Promise<K[]> => {
    lists.push(keys);
    return [...keys];
  }, options);
  return { load, lists, cache: cacheOf(load) };
}

/** A loader that has an error for each odd number. */
function even(options = {}) {
  const lists: (readonly number[])[] = [];
  const load = memoize.many(async (keys: readonly number[]): Promise<(number | Error)[]> => {
    lists.push(keys);
    return keys.map((key) => (key % 2 === 0 ? key : new Error(`odd: ${key}`)));
  }, options);
  return { load, lists, cache: cacheOf(load) };
}

const task = () => new Promise((resolve) => setImmediate(resolve));

describe('batches', () => {
  test('a call gives a promise of the result', async () => {
    const { load } = identity<number>();
    const promise = load(1);
    expect(promise).toBeInstanceOf(Promise);
    expect(await promise).toBe(1);
  });

  test('the calls of one turn are one batch, and each gets its own result', async () => {
    const { load, lists } = identity<number>();
    const [one, two] = [load(1), load(2)];
    expect([await one, await two]).toEqual([1, 2]);
    expect(lists).toEqual([[1, 2]]);
  });

  test('the batch has the order of the calls, and results go by place, not by content', async () => {
    const load = memoize.many(async (keys: readonly string[]) => keys.map((_key, place) => place));
    expect(await Promise.all([load('c'), load('a'), load('b')])).toEqual([0, 1, 2]);
  });

  test('the batch function is not called before the turn ends', async () => {
    const { load, lists } = identity<number>();
    const promise = load(1);
    expect(lists).toEqual([]);
    await promise;
    expect(lists).toEqual([[1]]);
  });

  test('a repeated key is loaded once, and all its callers get the result', async () => {
    const { load, lists } = identity<string>();
    expect(await Promise.all(['a', 'b', 'a', 'a', 'b', 'c'].map((key) => load(key)))).toEqual([
      'a',
      'b',
      'a',
      'a',
      'b',
      'c',
    ]);
    expect(lists).toEqual([['a', 'b', 'c']]);
  });

  test('a key that is in flight is not loaded by the next batch', async () => {
    let finish!: () => void;
    const lists: (readonly number[])[] = [];
    const load = memoize.many((keys: readonly number[]) => {
      lists.push(keys);
      return new Promise<number[]>((resolve) => {
        finish = () => resolve([...keys]);
      });
    });
    const first = load(1);
    await task();
    const finishFirst = finish;
    const [again, other] = [load(1), load(2)];
    await task();
    expect(lists).toEqual([[1], [2]]);
    finish();
    finishFirst();
    expect(await Promise.all([first, again, other])).toEqual([1, 1, 2]);
  });

  test('calls from chains of promises fall into the batch of their turn', async () => {
    const { load, lists } = identity<string>();
    const later = (key: string, then?: () => unknown) =>
      Promise.resolve()
        .then(() => Promise.resolve())
        .then(() => Promise.all([load(key), then?.()]));
    await Promise.all([load('A'), later('B', () => later('C', () => later('D')))]);
    expect(lists).toEqual([['A', 'B', 'C', 'D']]);
  });

  test('loaders that call one loader from their batches share its batch', async () => {
    const deep = identity<readonly string[]>();
    const lists: unknown[] = [];
    const outer = () =>
      memoize.many(async (keys: readonly string[]) => {
        lists.push(keys);
        return deep.load(keys);
      });
    const [a, b] = [outer(), outer()];
    expect(await Promise.all([a('A1'), b('B1'), a('A2'), b('B2')])).toEqual(['A1', 'B1', 'A2', 'B2']);
    expect(lists).toEqual([
      ['A1', 'A2'],
      ['B1', 'B2'],
    ]);
    expect(deep.lists).toEqual([
      [
        ['A1', 'A2'],
        ['B1', 'B2'],
      ],
    ]);
  });

  test('the batch function has the receiver of the calls as its this', async () => {
    const receivers: unknown[] = [];
    class Users {
      @cached({ many: 'getMany' })
      get(id: number): Promise<number> {
        throw new Error(`${id} is loaded by getMany`);
      }
      async getMany(ids: readonly number[]) {
        receivers.push(this);
        return ids;
      }
    }
    const users = new Users();
    expect(await Promise.all([users.get(1), users.get(2)])).toEqual([1, 2]);
    expect(receivers).toEqual([users]);
  });

  test('a list of calls loads many keys at once, and an empty one loads nothing', async () => {
    const { load, lists } = identity<number>();
    expect(await Promise.all([1, 2].map((key) => load(key)))).toEqual([1, 2]);
    expect(await Promise.all(([] as number[]).map((key) => load(key)))).toEqual([]);
    expect(lists).toEqual([[1, 2]]);
  });

  test('a list of calls can tell results from errors', async () => {
    const { load } = even();
    const settled = await Promise.allSettled([2, 4, 5].map((key) => load(key)));
    expect(settled).toEqual([
      { status: 'fulfilled', value: 2 },
      { status: 'fulfilled', value: 4 },
      { status: 'rejected', reason: new Error('odd: 5') },
    ]);
  });
});

describe('the cache', () => {
  test('a key that was loaded is not loaded again, and the batch holds the others', async () => {
    const { load, lists } = identity<string>();
    expect(await Promise.all([load('A'), load('B')])).toEqual(['A', 'B']);
    expect(await Promise.all([load('A'), load('C')])).toEqual(['A', 'C']);
    expect(await Promise.all([load('A'), load('B'), load('C')])).toEqual(['A', 'B', 'C']);
    expect(lists).toEqual([['A', 'B'], ['C']]);
  });

  test('repeated calls give the same promise while a load is in flight, and afterwards', async () => {
    const { load } = identity<string>();
    const first = load('A');
    expect(load('A')).toBe(first);
    await first;
    expect(load('A')).toBe(first);
  });

  test('a key that was cleared is loaded again, the others are not', async () => {
    const { load, lists, cache } = identity<string>();
    await Promise.all([load('A'), load('B')]);
    cache.delete('A');
    expect(await Promise.all([load('A'), load('B')])).toEqual(['A', 'B']);
    expect(lists).toEqual([['A', 'B'], ['A']]);
  });

  test('after a clear of all everything is loaded again', async () => {
    const { load, lists, cache } = identity<string>();
    await Promise.all([load('A'), load('B')]);
    cache.clear();
    expect(await Promise.all([load('A'), load('B')])).toEqual(['A', 'B']);
    expect(lists).toEqual([
      ['A', 'B'],
      ['A', 'B'],
    ]);
  });

  test('a key that does not exist can be cleared', () => {
    expect(identity<string>().cache.delete('A')).toBe(false);
  });

  test('a primed key is not loaded', async () => {
    const { load, lists, cache } = identity<string>();
    cache.put(['A'], Promise.resolve('primed'));
    expect(await Promise.all([load('A'), load('B')])).toEqual(['primed', 'B']);
    expect(lists).toEqual([['B']]);
  });

  test('a primed value may be a plain result, of which calls get a promise', async () => {
    const { load, lists, cache } = identity<string>();
    cache.put(['A'], 'primed' as never);
    const promise = load('A');
    expect(promise).toBeInstanceOf(Promise);
    expect([await promise, lists]).toEqual(['primed', []]);
  });

  test('a key that was cleared can be primed anew', async () => {
    const { load, lists, cache } = identity<string>();
    expect(await load('A')).toBe('A');
    cache.delete('A');
    cache.put(['A'], Promise.resolve('new'));
    expect([await load('A'), lists]).toEqual(['new', [['A']]]);
  });

  test('a batch function that clears the cache answers its own callers, and the next call loads again', async () => {
    const lists: (readonly string[])[] = [];
    const load: (key: string) => Promise<string> = memoize.many(async (keys: readonly string[]) => {
      cacheOf(load).clear();
      lists.push(keys);
      return [...keys];
    });
    for (let round = 0; round < 2; round++) {
      expect(await Promise.all([load('A'), load('B'), load('A')])).toEqual(['A', 'B', 'A']);
    }
    expect(lists).toEqual([
      ['A', 'B'],
      ['A', 'B'],
    ]);
  });

  test('a key function decides which objects are one key, for calls, delete and put', async () => {
    const lists: (readonly { id: number; at?: number }[])[] = [];
    const load = memoize.many(
      async (keys: readonly { id: number; at?: number }[]) => {
        lists.push(keys);
        return keys.map(({ id }) => [id]);
      },
      { key: ({ id }: { id: number }) => id, batchBy: () => 0 },
    );
    const first = await load({ id: 1, at: 1 });
    expect(await load({ id: 1, at: 2 })).toBe(first);
    expect(lists).toEqual([[{ id: 1, at: 1 }]]);
    expect(cacheOf(load).delete({ id: 1, at: 3 })).toBe(true);
    await load({ id: 1, at: 4 });
    expect(lists).toHaveLength(2);
    cacheOf(load).put([{ id: 2 }], Promise.resolve([22]));
    expect(await load({ id: 2, at: 9 })).toEqual([22]);
  });

  test('objects with one key by the key function are loaded once in a batch', async () => {
    const lists: (readonly { id: number }[])[] = [];
    const load = memoize.many(
      async (keys: readonly { id: number; at: number }[]) => {
        lists.push(keys);
        return keys.map(({ id }) => id);
      },
      { key: ({ id }: { id: number }) => id, batchBy: () => 0 },
    );
    expect(await Promise.all([load({ id: 1, at: 1 }), load({ id: 1, at: 2 })])).toEqual([1, 1]);
    expect(lists).toEqual([[{ id: 1, at: 1 }]]);
  });

  test('equal arguments with different keys by the key function have a load each', async () => {
    const tenants = new AsyncLocalStorage<string>();
    let loads = 0;
    const load = memoize.many(async (ids: readonly number[]) => ids.map(() => ++loads), {
      key: (id: number) => [tenants.getStore(), id],
      batchBy: () => tenants.getStore(),
    });
    const [first, second] = ['acme', 'bolt'].map((tenant) => tenants.run(tenant, () => load(1)));
    expect(await first).not.toBe(await second);
  });

  test('a loader may be given a name, under which it is listed', () => {
    const load = memoize.many(async (keys: readonly number[]) => [...keys], { name: 'a loader' });
    expect(typeof load).toBe('function');
    expect([...caches()].map(({ name }) => name)).toContain('a loader');
  });
});

describe('errors', () => {
  test('an Error in a place rejects the calls of that key alone', async () => {
    const { load, lists } = even();
    const [one, two, oneAgain] = await Promise.allSettled([load(1), load(2), load(1)]);
    expect(one).toEqual({ status: 'rejected', reason: new Error('odd: 1') });
    expect((oneAgain as PromiseRejectedResult).reason).toBe((one as PromiseRejectedResult).reason);
    expect(two).toEqual({ status: 'fulfilled', value: 2 });
    expect(lists).toEqual([[1, 2]]);
  });

  test('a batch that rejects gives its error to all its calls, and keeps none of them', async () => {
    const failure = new Error('no connection');
    let batches = 0;
    const load = memoize.many(async (keys: readonly number[]): Promise<number[]> => {
      batches++;
      if (batches === 1) throw failure;
      return [...keys];
    });
    const settled = await Promise.allSettled([load(1), load(2)]);
    expect(settled.map((each) => (each as PromiseRejectedResult).reason)).toEqual([failure, failure]);
    expect(await Promise.all([load(1), load(2)])).toEqual([1, 2]);
    expect(batches).toBe(2);
  });

  test('a batch that throws at once rejects its calls', async () => {
    const load = memoize.many((_keys: readonly number[]): number[] => {
      throw new Error('at once');
    });
    await expect(load(1)).rejects.toThrow('at once');
  });

  test.each([
    ['nothing', undefined],
    ['null', null],
    ['an object', {}],
    ['a text', 'ab'],
    ['too few results', [1]],
    ['too many results', [1, 2, 3]],
  ])('a batch that returns %s rejects all its calls with a BatchError', async (_title, results) => {
    const load = memoize.many((async () => results) as never) as (key: number) => Promise<unknown>;
    const settled = await Promise.allSettled([load(1), load(2)]);
    for (const each of settled) {
      expect(each).toMatchObject({ status: 'rejected', reason: { code: 'MEMOKIT_BAD_BATCH' } });
    }
    expect(cacheOf(load).size).toBe(0);
  });

  test('memoize.many refuses anything but a function at once', () => {
    for (const wrong of [undefined, null, {}, 'load', 1]) {
      expect(() => memoize.many(wrong as never)).toThrow(error({ code: 'MEMOKIT_BAD_ARGUMENT' }));
    }
  });

  test('a primed promise that rejects gives its error to a call', async () => {
    const { load, lists, cache } = identity<number>();
    const failure = Promise.reject(new Error('primed'));
    cache.put([1], failure as never);
    await expect(load(1)).rejects.toThrow('primed');
    await failure.catch(() => {});
    expect(lists).toEqual([]);
  });
});

describe('differences by choice', () => {
  test('an error is not kept, unless errorTtl says so', async () => {
    const plain = even();
    await expect(plain.load(1)).rejects.toThrow('odd: 1');
    await expect(plain.load(1)).rejects.toThrow('odd: 1');
    expect(plain.lists).toEqual([[1], [1]]);
    const kept = even({ errorTtl: 60_000 });
    await expect(kept.load(1)).rejects.toThrow('odd: 1');
    await expect(kept.load(1)).rejects.toThrow('odd: 1');
    expect(kept.lists).toEqual([[1]]);
    kept.cache.delete(1);
    await expect(kept.load(1)).rejects.toThrow('odd: 1');
    expect(kept.lists).toEqual([[1], [1]]);
  });

  test('a hit does not wait for the batch of its turn', async () => {
    let finish!: () => void;
    const load = memoize.many(
      (keys: readonly number[]) =>
        new Promise<number[]>((resolve) => {
          finish = () => resolve([...keys]);
        }),
    );
    cacheOf(load).put([1], Promise.resolve(1));
    const order: string[] = [];
    const hit = load(1).then(() => order.push('hit'));
    const miss = load(2).then(() => order.push('miss'));
    await task();
    expect(order).toEqual(['hit']);
    finish();
    await Promise.all([hit, miss]);
    expect(order).toEqual(['hit', 'miss']);
  });

  test('put replaces an existing value', async () => {
    const { load, lists, cache } = identity<string>();
    await load('A');
    cache.put(['A'], Promise.resolve('Y'));
    expect([await load('A'), lists]).toEqual(['Y', [['A']]]);
  });

  test('an Error that is put is a result', async () => {
    const { load, cache } = identity<unknown>();
    const value = new Error('a value');
    cache.put(['A'], Promise.resolve(value));
    expect(await load('A')).toBe(value);
  });

  test('objects of equal content are one key', async () => {
    const { load, lists } = identity<object>();
    const [one, other] = await Promise.all([load({ id: 1, of: 'a' }), load({ of: 'a', id: 1 })]);
    expect(one).toBe(other);
    expect(lists).toEqual([[{ id: 1, of: 'a' }]]);
  });

  test('a key function needs batchBy, which says who may share a batch', () => {
    const batch = async (ids: readonly number[]) => [...ids];
    expect(() => memoize.many(batch, { key: (id: number) => id })).toThrow('batchBy: expected a function');
  });

  test('a batch has no largest size', async () => {
    const { load, lists } = identity<number>({ capacity: Infinity });
    await Promise.all(Array.from({ length: 1000 }, (_, key) => load(key)));
    expect(lists.map(({ length }) => length)).toEqual([1000]);
    expect(() => identity({ maxBatchSize: 2 })).toThrow('maxBatchSize');
  });

  test('batching, caching, the schedule and the map cannot be switched or replaced', () => {
    for (const option of ['batch', 'cache', 'batchScheduleFn', 'cacheMap', 'cacheKeyFn']) {
      expect(() => identity({ [option]: false })).toThrow(option);
    }
  });

  test('a when that returns false keeps nothing, and a key is still in a batch once', async () => {
    const { load, lists } = identity<string>({ when: () => false });
    await Promise.all([load('A'), load('B'), load('A')]);
    await load('A');
    expect(lists).toEqual([['A', 'B'], ['A']]);
  });

  test('the cache is bounded, by 128 entries unless capacity says otherwise', async () => {
    const { load, cache } = identity<number>();
    await Promise.all(Array.from({ length: 200 }, (_, key) => load(key)));
    expect([cache.size, cache.capacity]).toEqual([128, 128]);
  });

  test('null, undefined and 0 are keys like others, and no key at all is an error', async () => {
    const { load, lists } = identity<unknown>();
    expect(await Promise.all([load(null), load(undefined), load(0)])).toEqual([null, undefined, 0]);
    expect(lists).toEqual([[null, undefined, 0]]);
    await expect((load as () => Promise<unknown>)()).rejects.toThrow();
  });

  test('a batch function may give its results without a promise', async () => {
    const load = memoize.many((keys: readonly number[]) => keys.map((key) => 2 * key));
    expect(await Promise.all([load(1), load(2)])).toEqual([2, 4]);
  });

  test('a batch function cannot change the list of its keys', async () => {
    const load = memoize.many(async (keys: readonly number[]) => (keys as number[]).sort());
    const settled = await Promise.allSettled([load(2), load(1)]);
    for (const each of settled) expect((each as PromiseRejectedResult).reason).toBeInstanceOf(TypeError);
  });
});
