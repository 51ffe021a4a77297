import { expect, test } from '@jest/globals';
import { type CachedOptions, cached, cacheOf, clearAll, expireTags, invalidateTags, memoize } from 'memokit';
import { error } from './support/error.js';
import { Source, settle } from './support/source.js';

interface User {
  readonly id: number;
  readonly team: string;
}

const tags = (user: User) => [`user:${user.id}`, `team:${user.team}`];

/** A memoized function of users, each tagged with its id and its team. */
function users(options: CachedOptions = {}) {
  const get = memoize((id: number, team = 'red'): User => ({ id, team }), { tags, ...options });
  return { get, cache: cacheOf(get) };
}

test('invalidateTags forgets the results that have a tag, and no others', () => {
  const { get, cache } = users();
  get(1);
  get(2);
  get(3, 'blue');
  expect(invalidateTags('user:1')).toBe(1);
  expect([cache.has(1), cache.has(2), cache.has(3, 'blue')]).toEqual([false, true, true]);
  expect(invalidateTags('team:red', 'team:blue', 'none')).toBe(2);
  expect([cache.size, cache.stats().evictions.deleted]).toEqual([0, 3]);
  expect(invalidateTags('team:red')).toBe(0);
});

test('tags reach every cache: functions, instances, few entries and many', () => {
  class Service {
    @cached({ tags: () => ['all'], capacity: 100 })
    get(n: number): number {
      return n;
    }
  }
  const [one, other] = [new Service(), new Service()];
  const { get, cache } = users({ tags: () => ['all'] });
  get(1);
  one.get(1);
  for (let n = 0; n < 20; n++) other.get(n);
  expect(invalidateTags('all')).toBe(22);
  expect([cache.size, cacheOf(one, 'get').size, cacheOf(other, 'get').size]).toEqual([0, 0, 0]);
});

test('tags may be a plain array, which is copied where the options are given', () => {
  const given = ['all', 'users'];
  class Service {
    @cached({ tags: given })
    async get(n: number): Promise<number> {
      return n;
    }
  }
  const { get, cache } = users({ tags: Object.freeze(['all']) });
  const service = new Service();
  given.push('late');
  get(1);
  get(2);
  service.get(1);
  cacheOf(service, 'get').put([2], 2);
  expect([invalidateTags('late'), invalidateTags('users'), cache.size]).toEqual([0, 1, 2]);
  expect([invalidateTags('all'), cache.size]).toEqual([2, 0]);
});

test('a result that was replaced, evicted or expired leaves its tags', () => {
  let now = 0;
  const { get, cache } = users({ capacity: 2, ttl: 10, clock: () => now });
  get(1);
  cache.put([1], { id: 1, team: 'blue' });
  expect(invalidateTags('team:red')).toBe(0);
  expect(cache.has(1)).toBe(true);
  get(2);
  get(3);
  expect(invalidateTags('user:1')).toBe(0);
  now = 10;
  expect(invalidateTags('user:2')).toBe(0);
  expect(cache.size).toBe(0);
});

test('the same result under new tags has only those', () => {
  let tag = 'old';
  const value = {};
  const get = memoize(() => value, { tags: () => [tag] });
  get();
  tag = 'new';
  cacheOf(get).put([], value);
  expect([invalidateTags('old'), cacheOf(get).has()]).toEqual([0, true]);
  expect([invalidateTags('new'), cacheOf(get).has()]).toEqual([1, false]);
});

test('a load in flight whose result has the tag is stored nowhere, and who comes after waits for another', async () => {
  const source = new Source<User>();
  const get = memoize((id: number) => source.load(id) as Promise<User>, { tags });
  const before = get(1);
  invalidateTags('user:1');
  const after = get(1);
  await source.give({ id: 1, team: 'old' });
  expect(await before).toEqual({ id: 1, team: 'old' });
  expect([source.runs.length, cacheOf(get).has(1)]).toEqual([2, false]);
  await source.give({ id: 1, team: 'new' });
  expect(await after).toEqual({ id: 1, team: 'new' });
  expect(await get(1)).toEqual({ id: 1, team: 'new' });
  expect(cacheOf(get).stats()).toMatchObject({ misses: 2, hits: 1 });
});

test('who comes after an invalidation is not given the failure of a load from before it', async () => {
  const source = new Source<User>();
  const get = memoize((id: number) => source.load(id) as Promise<User>, { tags });
  const before = get(1);
  invalidateTags('user:1');
  const after = get(1);
  await source.fail(new Error('no user yet'));
  await expect(before).rejects.toThrow('no user yet');
  await source.give({ id: 1, team: 'new' });
  expect(await after).toEqual({ id: 1, team: 'new' });
});

test('who comes after an invalidation is not given what tags have thrown for a load from before it', async () => {
  const source = new Source<User>();
  let isBroken = true;
  const get = memoize((id: number) => source.load(id) as Promise<User>, {
    tags: (user: User) => {
      if (isBroken) throw new Error('tags');
      return tags(user);
    },
  });
  const before = get(1);
  invalidateTags('user:1');
  const after = get(1);
  await source.give({ id: 1, team: 'old' });
  await expect(before).rejects.toThrow('tags');
  isBroken = false;
  await source.give({ id: 1, team: 'new' });
  expect(await after).toEqual({ id: 1, team: 'new' });
});

test('a load in flight is shared though other tags were invalidated', async () => {
  const source = new Source<User>();
  const get = memoize((id: number) => source.load(id) as Promise<User>, { tags });
  const before = get(1);
  invalidateTags('user:2');
  const after = get(1);
  await source.give({ id: 1, team: 'red' });
  expect([await before, source.runs.length, cacheOf(get).has(1)]).toEqual([await after, 1, true]);
  expect(cacheOf(get).stats()).toMatchObject({ misses: 1, hits: 1, coalesced: 1 });
});

test('old values of tags that were invalidated are not given, and neither are their reloads', async () => {
  const source = new Source<User>();
  const get = memoize((id: number) => source.load(id) as Promise<User>, {
    tags,
    ttl: 1000,
    staleWhileRevalidate: 1000,
    clock: source.clock,
  });
  const first = get(1);
  await source.give({ id: 1, team: 'old' });
  await first;
  source.now = 1000;
  expect(await get(1)).toEqual({ id: 1, team: 'old' });
  invalidateTags('user:1');
  const after = get(1);
  await source.give({ id: 1, team: 'old' });
  expect(cacheOf(get).has(1)).toBe(false);
  await source.give({ id: 1, team: 'new' });
  expect(await after).toEqual({ id: 1, team: 'new' });
});

/** Lets invalidations of other tags overtake a load. Returns whether its result, and then that of a load after, is stored. */
async function overtaken(others: readonly string[]): Promise<boolean[]> {
  const source = new Source<User>();
  const get = memoize((id: number) => source.load(id) as Promise<User>, { tags });
  const call = get(1);
  for (const other of others) invalidateTags(other);
  await source.give({ id: 1, team: 'red' });
  expect((await call).id).toBe(1);
  const isStored = cacheOf(get).has(1);
  const next = get(1);
  if (!isStored) await source.give({ id: 1, team: 'red' });
  expect((await next).id).toBe(1);
  return [isStored, cacheOf(get).has(1)];
}

test('more invalidations than can be told apart store no load that outlasts them', async () => {
  expect(await overtaken(Array.from({ length: 10_001 }, (_, i) => `other ${i}`))).toEqual([false, true]);
});

test('more characters of invalidated tags than are kept store no load that outlasts them, and the same tag counts once', async () => {
  const long = (i: number) => `${i} `.padEnd(100_000, 'tag ');
  expect(await overtaken(Array.from({ length: 11 }, (_, i) => long(i)))).toEqual([false, true]);
  // Eight tags of 100,000 characters, again and again.
  expect(await overtaken(Array.from({ length: 80 }, (_, i) => long(i % 8)))).toEqual([true, true]);
  expect(await overtaken(Array.from({ length: 80 }, (_, i) => long(i % 8)))).toEqual([true, true]);
});

test('tags that are no array of strings are refused, with nothing stored', async () => {
  const get = memoize(async (given: unknown) => given as string[], { tags: (result) => result });
  const message = 'tags: expected an array of strings as its result, but got: string a';
  await expect(get('a')).rejects.toEqual(error({ code: 'MEMOKIT_BAD_OPTION', message }));
  await expect(get([1])).rejects.toEqual(error({ code: 'MEMOKIT_BAD_OPTION' }));
  expect(cacheOf(get).size).toBe(0);
});

test('invalidateTags refuses what is no string, and forgets nothing', () => {
  const { get, cache } = users();
  get(1);
  expect(() => invalidateTags('user:1', 5 as never)).toThrow(
    error({ code: 'MEMOKIT_BAD_ARGUMENT', message: 'tag: expected a string, but got: number 5' }),
  );
  expect(cache.has(1)).toBe(true);
});

test('what listeners throw comes after all is forgotten', () => {
  const listener = () => {
    throw new Error('evict');
  };
  const [one, other] = [users({ on: { evict: listener } }), users({ on: { evict: listener } })];
  one.get(1);
  other.get(1);
  expect(() => invalidateTags('user:1')).toThrow(AggregateError);
  expect([one.cache.size, other.cache.size]).toEqual([0, 0]);
});

test('a clock that throws keeps nothing from being forgotten, here or in other caches', () => {
  let throws = false;
  const clock = () => {
    if (throws) throw new Error('clock');
    return 0;
  };
  const [one, other] = [users({ ttl: 1000, clock }), users()];
  one.get(1);
  other.get(1);
  throws = true;
  expect(() => invalidateTags('user:1')).toThrow('clock');
  throws = false;
  expect([one.cache.has(1), other.cache.has(1)]).toEqual([false, false]);
});

test('tags of what was cleared are gone, also by clearAll', () => {
  const { get, cache } = users();
  for (const clear of [() => cache.clear(), clearAll]) {
    get(1);
    clear();
    expect(invalidateTags('user:1')).toBe(0);
  }
  expect(cache.stats().evictions).toMatchObject({ cleared: 2, deleted: 0 });
});

/** A memoized function of users whose loads a test ends. Old values of it may stand in for a second. */
function standingIn(options: CachedOptions = {}) {
  const source = new Source<User>();
  const aging = { ttl: 1000, staleIfError: 1000, clock: source.clock, ...options };
  const get = memoize((id: number) => source.load(id) as Promise<User>, { tags, ...aging });
  const load = async (user: User) => {
    const call = get(user.id);
    await source.give(user);
    await call;
  };
  return { source, get, load, cache: cacheOf(get) };
}

test('expireTags expires the results that have a tag, counts each once, and evicts those that nothing keeps', async () => {
  const { load, cache } = standingIn();
  for (const [id, team] of [
    [1, 'red'],
    [2, 'red'],
    [3, 'blue'],
  ] as const)
    await load({ id, team });
  const plain = users();
  plain.get(1);
  plain.get(4);
  expect(expireTags('user:1', 'team:red', 'none')).toBe(4);
  expect([cache.size, [1, 2, 3].map((id) => cache.has(id))]).toEqual([3, [false, false, true]]);
  expect([plain.cache.size, plain.cache.stats().evictions]).toMatchObject([0, { expired: 2, deleted: 0 }]);
  // What stays has its tags.
  expect([expireTags('team:red'), invalidateTags('team:red'), cache.size]).toEqual([2, 2, 1]);
});

test('an old value that expireTags has left stands in for its load, and no result of a load from before is stored', async () => {
  const { source, get, load, cache } = standingIn();
  await load({ id: 1, team: 'old' });
  source.now = 1000;
  const before = get(1);
  expect(expireTags('user:1')).toBe(1);
  const after = get(1);
  await source.give({ id: 1, team: 'outdated' });
  expect([(await before).team, cache.has(1), source.runs.length]).toEqual(['outdated', false, 3]);
  await source.fail(new Error('down'));
  expect((await after).team).toBe('old');
});

test('no back-off follows the failure of a load that tags have overtaken', async () => {
  const { source, get, load } = standingIn({ errorTtl: 60_000 });
  await load({ id: 1, team: 'old' });
  source.now = 1000;
  const before = get(1);
  expireTags('user:1');
  await source.fail(new Error('down'));
  expect((await before).team).toBe('old');
  const after = get(1);
  expect(source.runs).toHaveLength(3);
  await source.give({ id: 1, team: 'new' });
  expect((await after).team).toBe('new');
});

test('a listener or a clock that throws keeps nothing from being expired', async () => {
  let throws = false;
  const clock = () => {
    if (throws) throw new Error('clock');
    return 0;
  };
  const broken = standingIn({ clock });
  const told = users({
    on: {
      evict: () => {
        throw new Error('evict');
      },
    },
  });
  const last = users();
  await broken.load({ id: 1, team: 'red' });
  told.get(1);
  last.get(1);
  throws = true;
  expect(() => expireTags('user:1')).toThrow(AggregateError);
  throws = false;
  await settle();
  expect([broken, told, last].map(({ cache }) => cache.size)).toEqual([0, 0, 0]);
});

test('expireTags refuses what is no string, and expires nothing', () => {
  const { get, cache } = users();
  get(1);
  const refusal = error({ code: 'MEMOKIT_BAD_ARGUMENT', message: 'tag: expected a string, but got: number 1' });
  expect(() => expireTags('user:1', 1 as never)).toThrow(refusal);
  expect(cache.has(1)).toBe(true);
});
