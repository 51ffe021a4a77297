import { AsyncResource } from 'node:async_hooks';
import { expect, jest, test } from '@jest/globals';
import { type CachedOptions, cached, cachedProxy, cacheOf, evicts, memoize } from 'memokit';
import * as memokitRequest from 'memokit/request';
import { RequestCacheInterceptor, request, withRequestCache } from 'memokit/request';
import { Observable, of } from 'rxjs';
import { settle } from './support/source.js';

/** Tasks, each load of which gives another object. */
class Tasks {
  loads: number[] = [];

  @cached({ per: request })
  find(id: number): object {
    this.loads.push(id);
    return { id };
  }

  @evicts<Tasks>('find')
  rename(_id: number): void {}
}

/** Whether a call is answered with what the same call has loaded before. */
function isKept(call: () => object): boolean {
  return new Set([call(), call()]).size === 1;
}

/** A memoized function whose loads end when the test says so. */
function slow() {
  const ends: ((value: number) => void)[] = [];
  const load = memoize((_id: number) => new Promise<number>((resolve) => ends.push(resolve)), { per: request });
  return { load, ends };
}

test('the public names of memokit/request are these', () => {
  expect(Object.keys(memokitRequest).sort()).toEqual([
    'RequestCacheInterceptor',
    'expressRequestCache',
    'fastifyRequestCache',
    'httpRequestCache',
    'koaRequestCache',
    'request',
    'withRequestCache',
  ]);
});

test('within a request an instance has entries of its own, and a memoized function has one set', () => {
  const [tasks, others] = [new Tasks(), new Tasks()];
  const load = memoize((id: number) => ({ id }), { per: request });
  withRequestCache(() => {
    expect(tasks.find(1)).toBe(tasks.find(1));
    expect(others.find(1)).not.toBe(tasks.find(1));
    expect(load.call({} as never, 1)).toBe(load(1));
    expect([cacheOf(tasks, 'find').size, cacheOf(load).size]).toEqual([1, 1]);
  });
  expect([tasks.loads, others.loads]).toEqual([[1], [1]]);
});

test('another request has other entries', () => {
  const tasks = new Tasks();
  const first = withRequestCache(() => tasks.find(1));
  expect(withRequestCache(() => tasks.find(1))).not.toBe(first);
});

test('outside of a request each call runs the method, and nothing is kept', () => {
  const tasks = new Tasks();
  tasks.find(1);
  tasks.find(1);
  cacheOf(tasks, 'find').put([1], { id: 7 });
  tasks.rename(1);
  expect([tasks.find(1), tasks.loads, cacheOf(tasks, 'find').size]).toEqual([{ id: 1 }, [1, 1, 1], 0]);
});

test('outside of a request calls at the same time have a load each', async () => {
  const { load, ends } = slow();
  const calls = [load(1), load(1)];
  ends.forEach((end, at) => {
    end(at);
  });
  expect(await Promise.all(calls)).toEqual([0, 1]);
});

test('calls of one request at the same time share a load, and those of two requests do not', async () => {
  const { load, ends } = slow();
  const calls = [1, 2].map(() => withRequestCache(() => Promise.all([load(1), load(1)])));
  ends.forEach((end, at) => {
    end(at);
  });
  expect(await Promise.all(calls)).toEqual([
    [0, 0],
    [1, 1],
  ]);
});

test('static methods, getters, primitive receivers and the methods of a cachedProxy have entries in each request', () => {
  class Team {
    static loads = 0;
    @cached({ per: request })
    static all(): object {
      Team.loads++;
      return {};
    }
    @cached({ per: request })
    get members(): object {
      return {};
    }
  }
  const signOf = cached({ per: request })(
    function (this: number) {
      return { sign: Object.is(this, -0) ? '-' : '+' };
    },
    { kind: 'method', name: 'signOf' } as ClassMethodDecoratorContext<number>,
  );
  const proxy = cachedProxy({ find: (id: number) => ({ id }) }, { find: { per: request } });
  const team = new Team();
  const once = () =>
    withRequestCache(() => {
      expect([() => Team.all(), () => team.members, () => proxy.find(1)].map(isKept)).toEqual([true, true, true]);
      expect(signOf.call(0)).toBe(signOf.call(0));
      expect([signOf.call(0).sign, signOf.call(-0).sign]).toEqual(['+', '-']);
      return team.members;
    });
  expect(once()).not.toBe(once());
  expect(Team.loads).toBe(2);
});

test('a write evicts in its own request only', () => {
  const tasks = new Tasks();
  withRequestCache(() => {
    const first = tasks.find(1);
    withRequestCache(() => tasks.rename(1));
    expect(tasks.find(1)).toBe(first);
    tasks.rename(1);
    expect(tasks.find(1)).not.toBe(first);
  });
});

test('a nested withRequestCache has entries of its own, and after it those of the outer request are back', async () => {
  const tasks = new Tasks();
  await withRequestCache(async () => {
    const first = tasks.find(1);
    const inner = await withRequestCache(async () => {
      await settle();
      expect(tasks.find(1)).toBe(tasks.find(1));
      return tasks.find(1);
    });
    expect([inner === first, tasks.find(1) === first]).toEqual([false, true]);
  });
  expect(tasks.loads).toEqual([1, 1]);
});

test('withRequestCache returns what the function returns, and throws what it throws', async () => {
  expect(withRequestCache(() => 7)).toBe(7);
  const error = new Error('no');
  const throws = () => {
    throw error;
  };
  expect(() => withRequestCache(throws)).toThrow(error);
  expect(await withRequestCache(async () => 7)).toBe(7);
  await expect(withRequestCache(async () => throws())).rejects.toBe(error);
  expect(() => withRequestCache(7 as never)).toThrow('fn: expected a function, but got: number 7');
});

test('withRequestCache calls then of what the function returns once, within the request', async () => {
  const tasks = new Tasks();
  let queries = 0;
  const query = {
    // biome-ignore lint/suspicious/noThenProperty: a query builder has it
    then(resolve: (rows: object[]) => unknown) {
      queries++;
      return Promise.resolve([tasks.find(1), tasks.find(1)]).then(resolve);
    },
  };
  const rows = await withRequestCache(() => query as unknown as Promise<object[]>);
  expect([queries, rows[0] === rows[1]]).toEqual([1, true]);
});

const endings: Record<string, () => unknown> = {
  returned: () => undefined,
  'thrown an error': () => {
    throw new Error('no');
  },
  'fulfilled its promise': async () => settle(),
  'rejected its promise': async () => {
    await settle();
    throw new Error('no');
  },
};

test.each(Object.keys(endings))('once the function has %s, work that it has left is outside', async (ending) => {
  const tasks = new Tasks();
  let goOn!: () => void;
  const gate = new Promise<void>((resolve) => (goOn = resolve));
  let left!: Promise<boolean[]>;
  const run = () => {
    const first = tasks.find(1);
    left = (async () => {
      await gate;
      return [tasks.find(1) === first, isKept(() => tasks.find(1))];
    })();
    return endings[ending]!();
  };
  try {
    await withRequestCache(run);
  } catch (error) {
    expect(error).toEqual(new Error('no'));
  }
  goOn();
  expect(await left).toEqual([false, false]);
  expect(tasks.loads).toEqual([1, 1, 1, 1]);
});

test('work that is left has a request again in a withRequestCache of its own', async () => {
  const tasks = new Tasks();
  let left!: Promise<boolean>;
  await withRequestCache(async () => {
    left = settle().then(() => withRequestCache(() => isKept(() => tasks.find(1))));
  });
  expect(await left).toBe(true);
});

test('a load in flight when the request ends answers its callers, and its result is not kept', async () => {
  const { load, ends } = slow();
  let calls!: Promise<number>[];
  let later!: () => Promise<number>;
  withRequestCache(() => {
    calls = [load(1), load(1)];
    later = AsyncResource.bind(() => load(1));
  });
  const outside = later();
  expect(ends.length).toBe(2);
  ends[0]!(10);
  ends[1]!(20);
  expect([await Promise.all(calls), await outside]).toEqual([[10, 10], 20]);
  const again = later();
  ends[2]!(30);
  expect(await again).toBe(30);
});

test('work given to waitUntil finishes, and is outside once the request is over', async () => {
  const kept: Promise<unknown>[] = [];
  let load!: number;
  const find = memoize(async (id: number) => ({ id, load: ++load }), {
    per: request,
    waitUntil: (work) => kept.push(work),
  });
  load = 0;
  withRequestCache(() => void find(1));
  expect(kept.length).toBe(1);
  await Promise.all(kept);
  expect(await find(1)).toEqual({ id: 1, load: 2 });
});

test('batches hold calls of one request only', async () => {
  const batches: (readonly number[])[] = [];
  const options = { per: request } as CachedOptions<[number], Promise<number>>;
  const load = memoize.many(async (ids: readonly number[]) => {
    batches.push(ids);
    return ids;
  }, options);
  const within = (...ids: number[]) => withRequestCache(() => Promise.all(ids.map((id) => load(id))));
  const nested = () => withRequestCache(() => Promise.all([load(1), within(1, 4), load(5)]));
  await Promise.all([within(1, 2, 1), within(1, 3), load(1), nested()]);
  expect(batches).toEqual([[1, 2], [1, 3], [1], [1, 5], [1, 4]]);
});

/** Loads memokit and its scope of requests once more, as a program does that both imports and requires them. */
function copy(): typeof import('memokit') & typeof memokitRequest {
  let loaded!: typeof import('memokit') & typeof memokitRequest;
  jest.isolateModules(() => {
    loaded = { ...require('memokit'), ...require('memokit/request') };
  });
  return loaded;
}

test('two copies of memokit/request in one process share their requests', () => {
  const other = copy();
  expect(other.request).not.toBe(request);
  const tasks = new Tasks();
  const find = other.memoize((id: number) => ({ id }), { per: other.request });
  const within = () => [isKept(() => tasks.find(1)), isKept(() => find(1))];
  expect([withRequestCache(within), other.withRequestCache(within), within()]).toEqual([
    [true, true],
    [true, true],
    [false, false],
  ]);
});

/**
 * Passes a handler of a message, which is no request of HTTP, through the interceptor. Returns its results, and a function
 * that tells whether a task that is asked for twice in the context of the handler is loaded once.
 */
function intercept(results: (isCaching: () => boolean) => Observable<unknown>) {
  const tasks = new Tasks();
  let isCaching!: () => boolean;
  const context = { getType: () => 'rpc', switchToHttp: () => ({ getResponse: () => undefined }) };
  const handle = () => {
    isCaching = AsyncResource.bind(() => isKept(() => tasks.find(1)));
    return results(isCaching);
  };
  return { results: new RequestCacheInterceptor().intercept(context, { handle }), isCaching };
}

test('the interceptor makes a request of each message of another kind, until its results have ended', () => {
  const seen: boolean[] = [];
  const { results, isCaching } = intercept(
    (isCaching) =>
      new Observable((subscriber) => {
        seen.push(isCaching());
        subscriber.next(1);
        seen.push(isCaching());
        subscriber.complete();
      }),
  );
  results.subscribe();
  expect([seen, isCaching()]).toEqual([[true, true], false]);
});

test('the interceptor ends the request of a subscriber that has left', () => {
  const { results, isCaching } = intercept(() => new Observable(() => {}));
  const subscription = results.subscribe();
  const before = isCaching();
  subscription.unsubscribe();
  expect([before, isCaching()]).toEqual([true, false]);
});

test('within a request the interceptor keeps it, as for the resolvers of one query', () => {
  withRequestCache(() => {
    const owner = request.owner(undefined);
    let inner: unknown;
    intercept(() => {
      inner = request.owner(undefined);
      return of(1);
    }).results.subscribe();
    expect([inner, request.owner(undefined)].map((each) => each === owner)).toEqual([true, true]);
  });
});
