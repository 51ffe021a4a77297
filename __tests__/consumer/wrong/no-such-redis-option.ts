import { type IoredisLike, redisStore } from 'memokit/redis';

declare const client: IoredisLike;
const options = { timeout: 150 };

// expect: Type '{ timeout: number; }' has no properties in common with type 'RedisStoreOptions'.
export const store = redisStore(client, options);
