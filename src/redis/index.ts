/** A store on a server of Redis or Valkey, which a fleet of processes shares: `memokit/redis`. */

export type { IoredisLike, NodeRedisLike, RedisClient } from './client.js';
export { type RedisStore, type RedisStoreOptions, redisStore } from './redis-store.js';
