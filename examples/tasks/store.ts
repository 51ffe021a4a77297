import { Redis } from 'ioredis';
import { type RedisStore, redisStore } from 'memokit/redis';

const { REDIS_URL } = process.env;

const client = REDIS_URL ? new Redis(REDIS_URL, { maxRetriesPerRequest: null }) : undefined;
// The store warns of trouble once, and reads go on without it; without a listener, ioredis would print each attempt.
client?.on('error', () => {});

/** The store behind the caches, which all instances of the service share; without REDIS_URL, each has its memory only. */
export const store: RedisStore | undefined = client && redisStore(client, { prefix: 'tasks' });

export async function closeStore(): Promise<void> {
  await store?.close();
  client?.disconnect();
}
