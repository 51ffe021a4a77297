import { expect, test } from '@jest/globals';
import { type CachedOptions, type CallCache, cacheOf, memoize } from 'memokit';
import { settle } from './support/source.js';

/** Every callback of a memoized function, throwing, and using the cache that it is called by. */

const VARIANTS = {
  synchronous: {},
  asynchronous: {},
  resilient: { staleWhileRevalidate: 50, staleIfError: 50, refreshAhead: 0.5 },
} satisfies Record<string, CachedOptions>;

const CALLBACKS = ['method', 'key', 'when', 'tags', 'ttl', 'hit', 'miss', 'evict', 'clock'] as const;

type Get = (n: number) => unknown;

const ACTIONS: Record<string, (get: Get, cache: CallCache, n: number) => void> = {
  'calls for the same arguments': (get, _cache, n) => {
    try {
      Promise.resolve(get(n)).catch(() => {});
    } catch {
      // A call that would need itself is refused.
    }
  },
  'calls for others': (get, _cache, n) => void Promise.resolve(get(n + 100)).catch(() => {}),
  puts: (_get, cache, n) => cache.put([n], -n),
  'puts another': (_get, cache, n) => cache.put([n + 100], -n),
  deletes: (_get, cache, n) => void cache.delete(n),
  clears: (_get, cache) => cache.clear(),
  'asks for the size': (_get, cache) => void expect(cache.size).toBeLessThanOrEqual(cache.capacity),
  iterates: (_get, cache) => void [...cache],
};

/** A memoized function whose one callback acts, once at a time, in every call while it is armed. */
function armed(callback: (typeof CALLBACKS)[number], variant: keyof typeof VARIANTS, capacity: number) {
  let now = 0;
  let acts = 0;
  let isActing = false;
  let act: ((n: number) => void) | undefined;
  let current = 0;
  const errors: unknown[] = [];
  const run = (name: string) => {
    // Not for ever: a clock that loads, whenever it is read, is read by each of its loads.
    if (name !== callback || isActing || act === undefined || acts > 200) return;
    isActing = true;
    acts++;
    try {
      act(current);
    } finally {
      isActing = false;
    }
  };
  const method = (n: number): unknown => {
    run('method');
    return variant === 'synchronous' ? n : Promise.resolve(n);
  };
  const get = memoize(method, {
    ...VARIANTS[variant],
    capacity,
    key: (n) => {
      run('key');
      return n;
    },
    when: () => {
      run('when');
      return true;
    },
    tags: () => {
      run('tags');
      return ['tag'];
    },
    ttl: () => {
      run('ttl');
      return 100;
    },
    clock: () => {
      run('clock');
      return now;
    },
    on: {
      hit: () => run('hit'),
      miss: () => run('miss'),
      evict: () => run('evict'),
      error: ({ error }) => errors.push(error),
    },
  });
  const cache = cacheOf(get);
  return {
    cache,
    get: (n: number) => {
      current = n;
      return get(n);
    },
    /** What the error listener was told since it was last asked for. */
    told: () => errors.splice(0),
    /** How often the callback has acted. */
    acts: () => acts,
    arm: (action: ((n: number) => void) | undefined) => {
      act = action;
    },
    pass: (time: number) => {
      now += time;
    },
  };
}

/** Calls for new arguments, the same, old ones, and after some time; the outcome of each. */
async function* workload(subject: ReturnType<typeof armed>): AsyncGenerator<PromiseSettledResult<unknown>> {
  for (const n of [1, 2, 1, 3, 4, 5, 1, 6, 7, 8, 8, 2]) {
    if (n === 7) subject.pass(60);
    if (n === 8) subject.pass(110);
    yield await Promise.resolve()
      .then(() => subject.get(n))
      .then(
        (value): PromiseSettledResult<unknown> => ({ status: 'fulfilled', value }),
        (reason: unknown): PromiseSettledResult<unknown> => ({ status: 'rejected', reason }),
      );
    await settle();
  }
}

/** The cache is whole: within its bound, without a key twice, and each entry can be looked at and found. */
async function expectWhole({ cache, arm }: ReturnType<typeof armed>): Promise<void> {
  arm(undefined);
  await settle();
  const entries = [...cache];
  expect(cache.size).toBeLessThanOrEqual(cache.capacity);
  expect(entries.length).toBeLessThanOrEqual(cache.size);
  expect(new Set(entries.map(([key]) => key)).size).toBe(entries.length);
  for (const [key, value] of entries) {
    expect(cache.has(key as number)).toBe(true);
    expect(cache.peek(key as number)).toBe(value);
    expect([key, -(key as number), 100 - (key as number)]).toContain(await value);
  }
}

for (const variant of Object.keys(VARIANTS) as (keyof typeof VARIANTS)[]) {
  for (const callback of CALLBACKS) {
    for (const capacity of [2, 6]) {
      for (const [title, action] of Object.entries(ACTIONS)) {
        test(`${variant}, capacity ${capacity}: a ${callback} callback that ${title} leaves the cache whole, and callers with their results`, async () => {
          const subject = armed(callback, variant, capacity);
          subject.arm((n) => action(subject.get, subject.cache, n));
          for await (const { status } of workload(subject)) expect(status).toBe('fulfilled');
          expect(subject.acts()).toBeGreaterThan(0);
          await expectWhole(subject);
          for (const n of [201, 202, 203]) expect(await subject.get(n)).toBe(n);
          await expectWhole(subject);
        });
      }

      test(`${variant}, capacity ${capacity}: what a ${callback} callback throws reaches the caller, leaves the cache whole, and spoils no later call`, async () => {
        const subject = armed(callback, variant, capacity);
        const thrown = new Error(callback);
        let before = 0;
        subject.arm(() => {
          throw thrown;
        });
        for await (const outcome of workload(subject)) {
          const acted = subject.acts() > before;
          before = subject.acts();
          // What is thrown where no caller waits is told to the error listener.
          const told = subject.told();
          const heard = outcome.status === 'fulfilled' ? told : (outcome.reason.errors ?? [outcome.reason]);
          if (acted) expect(heard).not.toEqual([]);
          for (const error of [...heard, ...told]) expect(error).toBe(thrown);
        }
        expect(before).toBeGreaterThan(0);
        await expectWhole(subject);
        for (const n of [1, 2, 3, 201, 202, 203]) expect(await subject.get(n)).toBe(n);
        await expectWhole(subject);
      });
    }
  }
}

test('an async listener that rejects tells on.error, and the process goes on', async () => {
  const told: unknown[] = [];
  const boom = (name: string) => async () => {
    throw new Error(name);
  };
  const fn = memoize((n: number) => n, {
    capacity: 1,
    on: {
      hit: boom('hit'),
      miss: boom('miss'),
      evict: boom('evict'),
      error: ({ error }) => told.push((error as Error).message),
    },
  });
  expect([fn(1), fn(1), fn(2)]).toEqual([1, 1, 2]);
  await new Promise((resolve) => setImmediate(resolve));
  expect(told.sort()).toEqual(['evict', 'hit', 'miss', 'miss']);
});
