/**
 * A shared cache: `open({ port, load, ttl, most, library })` gives a cache of rows with a first tier of `most` entries in the
 * memory of the process, and a second on the server of Redis at a port; `load(id)` is what it stands in front of, and `ttl` is
 * in seconds. `library()` resolves to what it is made of. An opened one has
 *
 * - `get(id)`: a promise of the row. `remove(id)`: resolves when the row is invalidated.
 *
 * Each is set up as its documents say, with a subscription where it offers one, and over a client with the settings that the
 * client has by itself. async-cache-dedupe has one tier or the other.
 */
import { pathToFileURL } from 'node:url';

/** Those of all libraries, after ours. */
export function sharedOf(builds) {
  return [...builds.map(oursOf), ...PEERS];
}

const silent = (client) => client.on('error', () => {});

async function ioredis() {
  const { Redis } = await import('ioredis-6');
  return (port) => silent(new Redis({ port }));
}

/** `path` is the entry point of a build; its store is beside it. */
function oursOf({ name, path }) {
  return {
    name,
    library: async () => ({
      connect: await ioredis(),
      ...(await import(pathToFileURL(path))),
      ...(await import(new URL('redis.js', pathToFileURL(path)))),
    }),
    open({ port, load, ttl, most, library: { connect, memoize, cacheOf, redisStore } }) {
      const store = redisStore(connect(port));
      const get = memoize(async (id) => load(id), { store, name: 'rows', ttl: ttl * 1000, capacity: most });
      return {
        get,
        remove(id) {
          cacheOf(get).delete(id);
          return cacheOf(get).delivered();
        },
      };
    },
  };
}

const PEERS = [
  {
    name: 'bentocache',
    // It takes clients of the version that it was made for.
    library: async () => ({
      ...(await import('ioredis')),
      ...(await import('bentocache')),
      ...(await import('bentocache/drivers/memory')),
      ...(await import('bentocache/drivers/redis')),
    }),
    open({
      port,
      load,
      ttl,
      most,
      library: { Redis, BentoCache, bentostore, memoryDriver, redisDriver, redisBusDriver },
    }) {
      const store = bentostore()
        .useL1Layer(memoryDriver({ maxItems: most }))
        .useL2Layer(redisDriver({ connection: silent(new Redis({ port })) }))
        .useBus(redisBusDriver({ connection: { port } }));
      const cache = new BentoCache({ default: 'rows', stores: { rows: store } });
      return {
        get: (id) => cache.getOrSet({ key: `${id}`, ttl: ttl * 1000, factory: () => load(id) }),
        remove: (id) => cache.delete({ key: `${id}` }),
      };
    },
  },
  {
    name: 'cacheable',
    library: async () => ({
      ...(await import('cacheable')),
      KeyvRedis: (await import('@keyv/redis')).default,
      ...(await import('@qified/redis')),
    }),
    open({ port, load, ttl, most, library: { Cacheable, createKeyv, KeyvRedis, RedisMessageProvider } }) {
      const uri = `redis://127.0.0.1:${port}`;
      const provider = new RedisMessageProvider({ uri });
      // Without this, a lost connection ends the process.
      for (const client of [provider.pub, provider.sub]) silent(client);
      const cache = new Cacheable({
        primary: createKeyv({ lruSize: most }),
        secondary: new KeyvRedis(uri),
        ttl: ttl * 1000,
        sync: { qified: provider },
      });
      silent(cache);
      return { get: (id) => cache.getOrSet(`${id}`, () => load(id)), remove: (id) => cache.delete(`${id}`) };
    },
  },
  {
    name: 'layered-loader',
    library: async () => ({ connect: await ioredis(), ...(await import('layered-loader')) }),
    async open({ port, load, ttl, most, library: { connect, Loader, RedisCache, createNotificationPair } }) {
      const ttlInMsecs = ttl * 1000;
      const { publisher, consumer } = createNotificationPair({
        channel: 'rows',
        publisherRedis: connect(port),
        consumerRedis: connect(port),
      });
      const cache = new Loader({
        inMemoryCache: { ttlInMsecs, maxItems: most },
        asyncCache: new RedisCache(connect(port), { ttlInMsecs, json: true, prefix: 'rows' }),
        notificationPublisher: publisher,
        notificationConsumer: consumer,
        dataSourceGetOneFn: load,
      });
      await cache.init();
      return { get: (id) => cache.get(`${id}`), remove: (id) => cache.invalidateCacheFor(`${id}`) };
    },
  },
  {
    name: 'async-cache-dedupe',
    library: async () => ({ connect: await ioredis(), ...(await import('async-cache-dedupe')) }),
    open({ port, load, ttl, isInMemory, library: { connect, createCache } }) {
      const storage = isInMemory ? { type: 'memory' } : { type: 'redis', options: { client: connect(port) } };
      const cache = createCache({ ttl, storage });
      cache.define('rows', (id) => load(id));
      return { get: (id) => cache.rows(`${id}`), remove: (id) => cache.clear('rows', `${id}`) };
    },
  },
];
