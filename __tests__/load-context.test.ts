import { expect, jest, test } from '@jest/globals';
import {
  cached,
  cachedProxy,
  cacheOf,
  invalidateTags,
  type LoadContext,
  LoadContextError,
  loadContext,
  loadSignal,
  memoize,
} from 'memokit';
import { TagIndex } from '../src/tags/tag-index.js';
import { Source, settle } from './support/source.js';

interface Page {
  readonly etag: string;
}

/** A clock that a test sets. */
class Time {
  now = 0;
  readonly clock = (): number => this.now;
}

test('a load sees the value that it replaces, with its age, once a stale option or revalidate has kept it', async () => {
  const time = new Time();
  const { clock } = time;
  for (const options of [{ revalidate: 50 }, { staleIfError: 50 }, { staleWhileRevalidate: 50 }, {}]) {
    const seen: LoadContext<Page>['previous'][] = [];
    const source = async (id: number): Promise<Page> => {
      seen.push(loadContext<Page>()!.previous);
      return { etag: `${id} at ${time.now}` };
    };
    time.now = 0;
    const get = memoize(source, { ttl: 10, clock, ...options });
    await get(1);
    time.now = 30;
    await get(1);
    await settle();
    const kept = Object.keys(options).length > 0;
    expect(seen).toEqual([undefined, kept ? { value: { etag: '1 at 0' }, age: 30 } : undefined]);
  }
});

test('a synchronous load sees the value that it replaces, and nobody else does', () => {
  const time = new Time();
  const get = memoize((id: number) => [id, time.now, loadContext<number[]>()!.previous?.value[1]], {
    ttl: 10,
    revalidate: 50,
    clock: time.clock,
  });
  const cache = cacheOf(get);
  get(1);
  time.now = 10;
  expect([cache.peek(1), cache.has(1), cache.explain(1).outcome, [...cache.entries()]]).toEqual([
    undefined,
    false,
    'miss',
    [],
  ]);
  expect(get(1)).toEqual([1, 10, 0]);
  time.now = 20 + 50;
  expect(get(1)).toEqual([1, 70, undefined]);
});

test('a value that is kept lives on as it was, with a new ttl and its tags, and no eviction is told', async () => {
  const time = new Time();
  const evictions: unknown[] = [];
  let loads = 0;
  const get = memoize(
    async (id: number): Promise<Page> => {
      const context = loadContext<Page>()!;
      loads++;
      await null;
      if (context.previous !== undefined) return context.keep();
      context.tags('named by the source');
      return { etag: `${id}` };
    },
    {
      ttl: 10,
      revalidate: '1h',
      tags: ['from the option'],
      clock: time.clock,
      on: { evict: ({ cause }) => evictions.push(cause) },
    },
  );
  const page = await get(1);
  const stored = cacheOf(get).peek(1);
  time.now = 15;
  expect(await get(1)).toBe(page);
  expect([loads, cacheOf(get).peek(1) === stored]).toEqual([2, true]);
  expect([cacheOf(get).explain(1).expiresIn, evictions]).toEqual([10, []]);
  expect([invalidateTags('named by the source'), invalidateTags('from the option')]).toEqual([1, 0]);
});

test('a method that keeps the old value but returns another stores the other', () => {
  const time = new Time();
  const get = memoize(
    (id: number) => {
      const { previous, keep } = loadContext<number>()!;
      return previous === undefined ? id : keep() + 1;
    },
    { ttl: 10, revalidate: 50, clock: time.clock },
  );
  expect([get(1), cacheOf(get).refresh(1), get(1)]).toEqual([1, 2, 2]);
});

test('keep without a previous value is a LoadContextError, as is all that comes after the load has ended', async () => {
  const contexts: LoadContext[] = [];
  const load = (id: number): number => {
    contexts.push(loadContext()!);
    return id;
  };
  const sync = memoize(load);
  const later = memoize(async (id: number) => load(id));
  const failing = memoize(async (id: number) => {
    load(id);
    throw new Error('down');
  });
  sync(1);
  await later(1);
  await failing(1).catch(() => {});
  expect(() => memoize(() => loadContext()!.keep(), { name: 'page' })()).toThrow(
    expect.objectContaining({
      code: 'MEMOKIT_LOAD_CONTEXT',
      message: 'keep of page: there is no previous value',
    }),
  );
  for (const { keep, ttl, tags } of contexts) {
    for (const call of [keep, () => ttl(5), () => tags('late')]) expect(call).toThrow(LoadContextError);
  }
  expect(contexts).toHaveLength(3);
});

test('the ttl and the tags that a method says hold for its result, in the place of the option ttl and beside the option tags', async () => {
  const time = new Time();
  for (const get of [
    memoize(
      (id: number) => {
        const context = loadContext()!;
        context.ttl('1s');
        context.tags('row', `row ${id}`);
        context.tags('more');
        return id;
      },
      { ttl: 10, tags: (_result, id) => [`option ${id}`], clock: time.clock },
    ),
    memoize(
      async (id: number) => {
        const context = loadContext()!;
        await null;
        context.ttl(1000);
        context.tags('row', `row ${id}`, 'more', `option ${id}`);
        return id;
      },
      { clock: time.clock },
    ),
  ]) {
    for (const tag of ['row', 'row 1', 'more', 'option 1']) {
      await get(1);
      expect(cacheOf(get).explain(1).expiresIn).toBe(1000);
      expect([invalidateTags(tag), cacheOf(get).has(1)]).toEqual([1, false]);
    }
  }
});

test('a ttl of 0 that a method says does not store its result', () => {
  let loads = 0;
  const get = memoize((id: number) => {
    loadContext()!.ttl(0);
    return id + ++loads;
  });
  expect([get(1), get(1), cacheOf(get).size]).toEqual([2, 3, 0]);
});

test('a method that says what is no ttl or no tag gets an ArgumentError that tells what came', () => {
  const messages: string[] = [];
  const get = memoize((id: number) => {
    const { ttl, tags } = loadContext()!;
    for (const mistake of [() => ttl(-1), () => ttl('soon' as never), () => tags('a', 5 as never)]) {
      expect(mistake).toThrow(expect.objectContaining({ code: 'MEMOKIT_BAD_ARGUMENT' }));
      try {
        mistake();
      } catch (error) {
        messages.push((error as Error).message);
      }
    }
    return id;
  });
  get(1);
  expect(messages).toEqual([
    "ttl: expected a number from 0, or a text such as '90s', but got: number -1",
    "ttl: expected a number from 0, or a text such as '90s', but got: string soon",
    'tag: expected a string, but got: number 5',
  ]);
});

test('a result whose tag was invalidated while it was loaded is not stored, nor given to who calls after that', async () => {
  const source = new Source<string>();
  const get = memoize(async (id: number) => {
    const { tags } = loadContext()!;
    const value = await source.load(id);
    tags(`row ${id}`);
    return value;
  });
  const first = get(1);
  invalidateTags('row 1');
  const second = get(1);
  await source.give('old');
  expect(await first).toBe('old');
  await source.give('new');
  expect([await second, source.runs.length]).toEqual(['new', 2]);
});

test('loadContext belongs to the innermost load, and is undefined outside of one and in a batch', async () => {
  const seen: unknown[] = [];
  const inner = memoize((id: number) => {
    seen.push(loadContext()!.previous?.value);
    return id;
  });
  const outer = memoize(
    (id: number) => {
      inner(id);
      const context = loadContext()!;
      context.ttl(5);
      seen.push(context.previous?.value);
      return `outer ${id}`;
    },
    { clock: () => 0 },
  );
  const many = memoize.many(async (ids: number[]) => {
    seen.push(loadContext());
    return ids;
  });
  outer(1);
  cacheOf(inner).refresh(1);
  cacheOf(outer).refresh(1);
  await many(1);
  expect(seen).toEqual([undefined, undefined, 1, 'outer 1', undefined]);
  expect([cacheOf(outer).explain(1).expiresIn, cacheOf(inner).explain(1).expiresIn]).toEqual([5, Infinity]);
  expect(loadContext()).toBe(undefined);
});

test('after a load that throws, the context is that of the load around it', () => {
  const failing = memoize((_id: number) => {
    throw new Error('down');
  });
  const outer = memoize(
    (id: number) => {
      expect(() => failing(id)).toThrow('down');
      loadContext()!.ttl(7);
      return id;
    },
    { clock: () => 0 },
  );
  outer(1);
  expect([cacheOf(outer).explain(1).expiresIn, loadContext()]).toEqual([7, undefined]);
});

test('the context tells whether the load runs in the background, and has its signal', async () => {
  const time = new Time();
  const seen: unknown[] = [];
  const get = memoize(
    async (id: number) => {
      const context = loadContext()!;
      seen.push(context.isBackground, context.signal === loadSignal() && context.signal!.aborted);
      return id;
    },
    { ttl: 10, staleWhileRevalidate: 10, timeout: 1000, clock: time.clock },
  );
  await get(1);
  time.now = 15;
  await get(1);
  await settle();
  await cacheOf(get).refresh(1);
  expect(seen).toEqual([false, false, true, false, false, false]);
  expect(memoize(() => loadContext()!.signal)()).toBe(undefined);
});

test('a load that was fenced may ask for its context, and nothing that it decides is stored', () => {
  const get = memoize((id: number): number => {
    cacheOf(get).clear();
    const { ttl, tags, previous } = loadContext<number>()!;
    ttl(5);
    tags('fenced');
    return previous === undefined ? id : -1;
  });
  expect([get(1), cacheOf(get).size, invalidateTags('fenced')]).toEqual([1, 0, 0]);
});

test('methods, getters, static methods and proxies have the context of their loads', async () => {
  class Service {
    calls = 0;
    @cached({ revalidate: '1m' })
    async get(id: number) {
      return [id, loadContext<number[]>()?.previous?.value[0]];
    }
    @cached({ revalidate: '1m' })
    get state(): unknown[] {
      return [++this.calls, loadContext<number[]>()?.previous?.value[0]];
    }
    @cached({ revalidate: '1m' })
    static of(id: number): unknown[] {
      return [id, loadContext<number[]>()?.previous?.value[0]];
    }
    plain(id: number): unknown[] {
      return [id, loadContext<number[]>()?.previous?.value[0]];
    }
  }
  const service = new Service();
  const proxy = cachedProxy(service, { plain: {} });
  await service.get(1);
  expect([service.state, Service.of(2), proxy.plain(3)]).toEqual([
    [1, undefined],
    [2, undefined],
    [3, undefined],
  ]);
  expect([
    await cacheOf(service, 'get').refresh(1),
    cacheOf(service as { state: unknown[] }, 'state').refresh(),
    cacheOf(Service, 'of').refresh(2),
    cacheOf(proxy, 'plain').refresh(3),
  ]).toEqual([
    [1, 1],
    [2, 1],
    [2, 2],
    [3, 3],
  ]);
});

test('a value that is kept again and again has each of its tags once', () => {
  const time = new Time();
  const kept: unknown[] = [];
  const get = memoize(
    (id: number) => {
      const { previous, keep, tags } = loadContext<object>()!;
      tags(`kept ${id}`, `kept ${id}`);
      if (previous !== undefined) return keep();
      return { id };
    },
    { ttl: 10, revalidate: 100, tags: ['all'], clock: time.clock, on: { evict: ({ cause }) => kept.push(cause) } },
  );
  const set = jest.spyOn(TagIndex.prototype, 'set');
  get(1);
  for (let i = 0; i < 20; i++) {
    time.now += 10;
    get(1);
  }
  expect(set.mock.lastCall![1]).toEqual(['all', 'kept 1']);
  set.mockRestore();
  expect([invalidateTags('kept 1'), kept]).toEqual([1, ['deleted']]);
});

test('a refresh sees a value that was put before the method ever asked for its context', async () => {
  const seen: unknown[] = [];
  const get = memoize(async (id: number) => {
    seen.push(loadContext<number>()!.previous?.value);
    return id;
  });
  cacheOf(get).put([1], 10);
  await cacheOf(get).refresh(1);
  cacheOf(get).put([2], Promise.resolve(20));
  await settle();
  await cacheOf(get).refresh(2);
  expect(seen).toEqual([10, 20]);
});

test('an entry whose kept value cannot be stored stays as it was', () => {
  const time = new Time();
  let weight = 1;
  const get = memoize(
    (id: number) => {
      const { previous, keep } = loadContext<object>()!;
      return previous === undefined ? { id } : keep();
    },
    { ttl: 10, revalidate: 1000, capacity: 5, weigh: () => weight, clock: time.clock },
  );
  get(1);
  time.now = 10;
  weight = -1;
  expect(() => get(1)).toThrow(expect.objectContaining({ code: 'MEMOKIT_BAD_OPTION' }));
  expect(cacheOf(get).explain(1).outcome).toBe('miss');
});

test('the context of a load that threw says that the load has ended, also for the first load', () => {
  let context: LoadContext | undefined;
  const get = memoize((_id: number) => {
    context = loadContext();
    throw new Error('down');
  });
  for (const id of [1, 2]) {
    expect(() => get(id)).toThrow('down');
    expect(() => context!.ttl(1)).toThrow(LoadContextError);
  }
});

test('a load that begins again for callers that wait is none in the background', async () => {
  class Request {
    constructor(readonly signal?: AbortSignal) {}
  }
  const seen: boolean[] = [];
  const get = memoize(
    ({ signal }: Request) =>
      new Promise<number>((resolve, reject) => {
        seen.push(loadContext()!.isBackground);
        signal?.addEventListener('abort', () => reject(signal.reason));
        setTimeout(() => resolve(1), 10);
      }),
    { key: () => 0, signal: ({ signal }) => signal },
  );
  const controller = new AbortController();
  const first = get(new Request(controller.signal));
  const second = get(new Request());
  controller.abort(new Error('gone'));
  await expect(first).rejects.toThrow('gone');
  expect([await second, seen]).toEqual([1, [false, false]]);
});
