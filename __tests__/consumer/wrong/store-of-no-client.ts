import { redisStore } from 'memokit/redis';

const url: string = 'redis://localhost:6379';

// expect: Argument of type 'string' is not assignable to parameter of type 'RedisClient'.
export const store = redisStore(url);
