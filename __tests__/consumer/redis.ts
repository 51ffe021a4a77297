import { cached, memoize } from 'memokit';
import {
  type IoredisLike,
  type NodeRedisLike,
  type RedisStore,
  type RedisStoreOptions,
  redisStore,
} from 'memokit/redis';
import { json, type StoreState } from 'memokit/store';

/** What makes a shared tier, as a user of the published types writes it, over what memokit asks of a client. */

declare const ioredis: IoredisLike;
declare const nodeRedis: NodeRedisLike;

const options: RedisStoreOptions = {
  prefix: 'shop',
  codec: json(),
  leaseMs: '3s',
  opTimeout: 150,
  channel: 'shop.events',
  pingInterval: '5s',
  checkInterval: '10s',
  clock: () => performance.now(),
};
export const store: RedisStore = redisStore(ioredis, options);
export const other = redisStore(nodeRedis);

export const stop: () => void = store.onState((state: StoreState) => {
  const { status, isBlind, failures, error } = state;
  console.log(status satisfies 'working' | 'failing' | 'closed', isBlind === true, failures + 1, error);
});

export class Users {
  @cached({ store, per: 'class', ttl: '5m', tags: (_user, id) => [`user:${id}`] })
  async find(id: number): Promise<{ id: number }> {
    return { id };
  }
}
export const load = memoize(async (id: number) => ({ id }), { store: other, name: 'users.load', staleIfError: '1h' });
export const end = async (): Promise<void> => store.close();
