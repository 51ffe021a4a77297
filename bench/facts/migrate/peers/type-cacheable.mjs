import { Cacheable, CacheClear, CacheUpdate } from '@type-cacheable/core';
import { LRUCacheAdapter } from '@type-cacheable/lru-cache-adapter';
import { LRUCache } from 'lru-cache';
import { cached, cacheOf, evicts, invalidateTags, puts } from '../../../../dist/index.js';
import { compile } from '../../service.mjs';
import { assert, counted, decorate, equal, held, row, time, turn } from '../row.mjs';

const newClient = (options) => new LRUCacheAdapter(new LRUCache({ max: 1000, ...options }));

/** An instance of a class with decorated methods: `methods` holds a function and its decorators for each name. */
function instanceOf(methods) {
  class Service {}
  for (const [name, [fn, ...decorators]] of Object.entries(methods)) {
    Service.prototype[name] = fn;
    for (const decorator of decorators) decorate(Service, name, decorator);
  }
  return new Service();
}

const DECORATED = `export default (decorator) => {
  class Service { @decorator async get(id) { return id; } }
  return new Service();
};`;

export const typeCacheable = {
  name: '@type-cacheable/core',
  cases: [
    row({
      there: '`@Cacheable()`',
      does: 'Needs a client, such as `useAdapter(new LRUCache(…))`. Without one nothing is cached, and nobody says so.',
      memokit: '`@cached()`: each instance has a cache in memory, of 128 results.',
      async peer() {
        const get = counted(async (id) => id);
        const service = instanceOf({ get: [get, Cacheable()] });
        equal(await service.get(1), 1, await service.get(1), 1, get.runs, 2);
      },
      async ours() {
        const get = counted(async (id) => id);
        const service = instanceOf({ get: [get, cached()] });
        equal(await service.get(1), 1, await service.get(1), 1, get.runs, 1);
      },
    }),
    row({
      there: '`@Cacheable()` on methods of one name, without a `cacheKey`',
      does: "The key is made of the method's name and its arguments: `users.get(1)` and `orders.get(1)` share an entry.",
      memokit: 'Each method has its own cache.',
      async peer() {
        const client = newClient();
        const users = instanceOf({ get: [async (id) => `user ${id}`, Cacheable({ client })] });
        const orders = instanceOf({ get: [async (id) => `order ${id}`, Cacheable({ client })] });
        equal(await users.get(1), 'user 1', await orders.get(1), 'user 1');
      },
      async ours() {
        const users = instanceOf({ get: [async (id) => `user ${id}`, cached()] });
        const orders = instanceOf({ get: [async (id) => `order ${id}`, cached()] });
        equal(await users.get(1), 'user 1', await orders.get(1), 'order 1');
      },
    }),
    row({
      there: '`@Cacheable()` on a class with several instances',
      does: 'The instances share entries, also where the result depends on `this`.',
      memokit:
        "Each instance has its own. `per: 'class'` shares them, with a `key` that holds what the result depends on.",
      async peer() {
        const client = newClient();
        const make = classOf(Cacheable({ client }));
        equal(await make('acme').get('users'), 'acme.users', await make('bolt').get('users'), 'acme.users');
      },
      async ours() {
        const key = function key(table) {
          return [this.tenant, table];
        };
        for (const options of [{}, { per: 'class', key }]) {
          const make = classOf(cached(options));
          equal(await make('acme').get('users'), 'acme.users', await make('bolt').get('users'), 'bolt.users');
        }
      },
    }),
    row({
      there: '`ttlSeconds: 60`',
      does: 'Seconds.',
      memokit: "`ttl: 60_000`: milliseconds. Or `ttl: '60s'`.",
      async peer() {
        const clock = time();
        const get = counted(async (id) => id);
        const client = newClient({ perf: clock, ttlResolution: 0 });
        const service = instanceOf({ get: [get, Cacheable({ client, ttlSeconds: 60 })] });
        for (const [wait, runs] of [
          [0, 1],
          [60_000, 1],
          [1, 2],
        ]) {
          clock.at += wait;
          await service.get(1);
          equal(get.runs, runs);
        }
      },
      async ours() {
        for (const ttl of [60_000, '60s']) {
          const clock = time();
          const get = counted(async (id) => id);
          const service = instanceOf({ get: [get, cached({ ttl, clock })] });
          for (const [wait, runs] of [
            [0, 1],
            [59_999, 1],
            [1, 2],
          ]) {
            clock.at += wait;
            await service.get(1);
            equal(get.runs, runs);
          }
        }
      },
    }),
    row({
      there: "`cacheKey: ([id]) => 'user:' + id`",
      does: 'It gets the arguments as one array, and the key is the entry for all methods: choose a prefix for each.',
      memokit: '`key: (id) => id`, if it is needed at all: `@cached()` tells all arguments apart, by content.',
      async peer() {
        const client = newClient();
        const options = { client, cacheKey: ([id]) => `${id}` };
        const users = instanceOf({ get: [async (id) => `user ${id}`, Cacheable(options)] });
        const orders = instanceOf({ find: [async (id) => `order ${id}`, Cacheable(options)] });
        equal(await users.get(1), 'user 1', await orders.find(1), 'user 1');
      },
      async ours() {
        const options = { key: (id) => id };
        const users = instanceOf({ get: [async (id) => `user ${id}`, cached(options)] });
        const orders = instanceOf({ find: [async (id) => `order ${id}`, cached(options)] });
        equal(await users.get(1), 'user 1', await orders.find(1), 'order 1');
      },
    }),
    row({
      there: 'a result of `undefined` or `null`',
      does: 'It counts as no entry: the method runs again at each call.',
      memokit:
        'It is a result like others. `when: (user) => user != null` refuses it, `ttl: (user) => …` keeps it shorter.',
      async peer() {
        const get = counted(async (_id) => null);
        const service = instanceOf({ get: [get, Cacheable({ client: newClient() })] });
        await service.get(1);
        await service.get(1);
        equal(get.runs, 2);
      },
      async ours() {
        for (const [options, runs] of [
          [{}, 1],
          [{ when: (user) => user != null }, 2],
        ]) {
          const get = counted(async (_id) => null);
          const service = instanceOf({ get: [get, cached(options)] });
          await service.get(1);
          await service.get(1);
          equal(get.runs, runs);
        }
      },
    }),
    row({
      there: '`isCacheable: (value, [id]) => …`',
      does: 'It says which results to store.',
      memokit: '`when: (value, id) => …`.',
      async peer() {
        const get = counted(async (id) => id);
        const options = { client: newClient(), isCacheable: (value, [id]) => value + id > 2 };
        const service = instanceOf({ get: [get, Cacheable(options)] });
        for (const id of [1, 1, 2, 2]) await service.get(id);
        equal(get.runs, 3);
      },
      async ours() {
        const get = counted(async (id) => id);
        const service = instanceOf({ get: [get, cached({ when: (value, id) => value + id > 2 })] });
        for (const id of [1, 1, 2, 2]) await service.get(id);
        equal(get.runs, 3);
      },
    }),
    row({
      there: '`noop: (args) => …`',
      does: 'It says which calls go past the cache.',
      memokit: '`bypass: (...args) => …`.',
      async peer() {
        const get = counted(async (id, _options) => id);
        const options = { client: newClient(), noop: ([, options]) => options?.fresh };
        const service = instanceOf({ get: [get, Cacheable(options)] });
        for (const given of [{ fresh: true }, { fresh: true }]) await service.get(1, given);
        equal(get.runs, 2);
      },
      async ours() {
        const get = counted(async (id, _options) => id);
        const service = instanceOf({ get: [get, cached({ bypass: (_id, options) => options?.fresh === true })] });
        for (const given of [{ fresh: true }, { fresh: true }]) await service.get(1, given);
        equal(get.runs, 2, cacheOf(service, 'get').size, 0);
      },
    }),
    row({
      there: '`@Cacheable()` on a synchronous method',
      does: 'The method returns a promise from then on.',
      memokit: 'A synchronous method stays one.',
      peer() {
        const service = instanceOf({ get: [(id) => id, Cacheable({ client: newClient() })] });
        equal(service.get(1) instanceof Promise, true);
      },
      ours: () => equal(instanceOf({ get: [(id) => id, cached()] }).get(1), 1),
    }),
    row({
      there: '`@CacheClear({ cacheKey: … })`, elsewhere `@CacheEvict`',
      does: 'A load that began before the write, and ends after it, stores the old value.',
      memokit:
        "`@evicts('get', (id) => [id])`: it names the cached method and its arguments. Such a load is fenced: its callers get the value, but it is not stored.",
      async peer() {
        const options = { client: newClient(), cacheKey: ([id]) => `user:${id}` };
        const get = held();
        const users = instanceOf({ get: [get, Cacheable(options)], rename: [async () => {}, CacheClear(options)] });
        const early = users.get(1);
        await turn();
        await users.rename(1, 'Ada');
        get.release('old');
        equal(await early, 'old');
        await turn();
        equal(await users.get(1), 'old', get.runs, 1);
      },
      async ours() {
        const get = held();
        const users = instanceOf({ get: [get, cached()], rename: [async () => {}, evicts('get', (id) => [id])] });
        const early = users.get(1);
        await users.rename(1, 'Ada');
        get.release('old');
        equal(await early, 'old');
        const late = users.get(1);
        get.release('Ada');
        equal(await late, 'Ada', get.runs, 2);
      },
    }),
    row({
      there: '`@CacheUpdate({ cacheKey: … })`, elsewhere `@CachePut`',
      does: 'Of two updates that overlap, the one that ends last is stored, whichever wrote last.',
      memokit: "`@puts('get', (id) => [id])`: after such an overlap nothing is stored, and the next call loads.",
      async peer() {
        const options = { client: newClient(), cacheKey: ([id]) => `user:${id}` };
        const get = counted(async (_id) => 'what the source has');
        const save = held();
        const update = CacheUpdate({ ...options, cacheKeysToClear: null });
        const users = instanceOf({ get: [get, Cacheable(options)], save: [save, update] });
        await bothSaved(users, save);
        equal(await users.get(1), 'second', get.runs, 0);
      },
      async ours() {
        const get = counted(async (_id) => 'what the source has');
        const save = held();
        const users = instanceOf({ get: [get, cached()], save: [save, puts('get', (id) => [id])] });
        await bothSaved(users, save);
        equal(await users.get(1), 'what the source has', get.runs, 1);
      },
    }),
    row({
      there: "`hashKey: 'user'`, and `@CacheClear({ hashKey: 'user' })`",
      does: 'With lru-cache, all keys go in which that text occurs: the keys of `superuser` too.',
      memokit: "`tags: () => ['user']`, and `invalidateTags('user')`: a tag is the whole text.",
      async peer() {
        const client = newClient();
        const cachedIn = (hashKey) => Cacheable({ client, hashKey, cacheKey: ([id]) => `${id}` });
        const [user, superuser] = [counted(async (id) => id), counted(async (id) => id)];
        const users = instanceOf({
          user: [user, cachedIn('user')],
          superuser: [superuser, cachedIn('superuser')],
          forget: [async () => {}, CacheClear({ client, hashKey: 'user' })],
        });
        await users.user(1);
        await users.superuser(1);
        await users.forget();
        await users.user(1);
        await users.superuser(1);
        equal(user.runs, 2, superuser.runs, 2);
      },
      async ours() {
        const [user, superuser] = [counted(async (id) => id), counted(async (id) => id)];
        const users = instanceOf({
          user: [user, cached({ tags: () => ['user'] })],
          superuser: [superuser, cached({ tags: () => ['superuser'] })],
        });
        await users.user(1);
        await users.superuser(1);
        equal(invalidateTags('user'), 1);
        await users.user(1);
        await users.superuser(1);
        equal(user.runs, 2, superuser.runs, 1);
      },
    }),
    row({
      there: 'a class compiled without `experimentalDecorators`',
      does: 'It throws where the class is defined: the decorators are of the legacy dialect.',
      memokit: '`@cached`, `@evicts` and `@puts` work in both dialects.',
      async peer() {
        const make = await compile(DECORATED, 'standard');
        assert.throws(() => make(Cacheable({ client: newClient() })), TypeError);
      },
      async ours() {
        for (const dialect of ['standard', 'legacy']) {
          equal(await (await compile(DECORATED, dialect))(cached()).get(1), 1);
        }
      },
    }),
  ],
};

/** Makes instances of a class whose `get` depends on `this`. */
function classOf(decorator) {
  class Schema {
    constructor(tenant) {
      this.tenant = tenant;
    }
    async get(table) {
      return `${this.tenant}.${table}`;
    }
  }
  decorate(Schema, 'get', decorator);
  return (tenant) => new Schema(tenant);
}

/** Two updates that overlap, of which the first one to begin ends last. */
async function bothSaved(users, save) {
  const [first, second] = [users.save(1, 'first'), users.save(1, 'second')];
  save.release('first');
  await first;
  save.release('second');
  await second;
}
