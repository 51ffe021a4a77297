import type { Store, StoreState } from '../store/store.js';
import { type SourceStore, type TierOptions, tiered } from '../tier/tiered.js';
import { monotonic } from '../time/clock.js';
import { type Duration, durationOf } from '../time/duration.js';
import { ownOptions, requireFunction, requireOption } from '../validate.js';
import type { Connection, IoredisLike, NodeRedisLike, RedisClient } from './client.js';
import { IoredisConnection } from './ioredis-connection.js';
import { NodeRedisConnection } from './node-redis-connection.js';
import { ServerStore } from './server-store.js';

export interface RedisStoreOptions extends TierOptions {
  /** What the names of all keys begin with, in braces. Stores with different prefixes share nothing. The default is `'memokit'`. */
  readonly prefix?: string;
  /** How long an operation of the server may take: milliseconds, or a text. The default is 150. */
  readonly opTimeout?: Duration;
  /** The channel on which processes tell each other what they have invalidated. The default is made of the prefix. */
  readonly channel?: string;
  /** How often the subscription is tried. The default is 5 s. */
  readonly pingInterval?: Duration;
  /** How often the count of invalidations is compared with that of the server, which finds messages that were lost. The default is 10 s. */
  readonly checkInterval?: Duration;
  /** A monotonic clock in milliseconds, for tests. */
  readonly clock?: () => number;
}

/** A store on a server of Redis or Valkey. */
export interface RedisStore extends Store, SourceStore {
  /**
   * Calls a function whenever `state` has changed, until the returned function is called: the server stopped working or works
   * again, or the channel of invalidations was lost or is back.
   */
  onState(listener: (state: StoreState) => void): () => void;
}

/**
 * Makes a store on a server of Redis 6.2 or Valkey, over your own client: of ioredis, iovalkey or node-redis. It connects with
 * the first call, and listens on a second connection, which `close` ends. The client stays open, as it is yours.
 * @throws OptionError for an option, and for something that is no client.
 *
 * @example
 * const store = redisStore(new Redis(), { prefix: 'shop' });
 * const load = memoize(loadUser, { store, name: 'users.load', ttl: '5m' });
 */
export function redisStore(client: RedisClient, options: RedisStoreOptions = {}): RedisStore {
  const own = ownOptions(options, 'prefix opTimeout channel pingInterval checkInterval clock codec leaseMs');
  const { prefix = 'memokit', channel, clock = monotonic, codec, leaseMs } = own;
  const isName = (text: unknown) => typeof text === 'string' && text !== '' && !/[{}]/.test(text);
  requireOption(isName(prefix), 'prefix', 'a text without braces', prefix);
  requireOption(channel === undefined || isName(channel), 'channel', 'a text without braces', channel);
  requireFunction('clock', clock);
  const period = (name: 'opTimeout' | 'pingInterval' | 'checkInterval', otherwise: number) =>
    durationOf(name, own[name] ?? otherwise, true, 2 ** 31 - 1);
  const store = new ServerStore(connectionOf(client), {
    prefix,
    channel,
    clock,
    opTimeout: period('opTimeout', 150),
    pingInterval: period('pingInterval', 5000),
    checkInterval: period('checkInterval', 10_000),
  });
  return tiered(store, { codec, leaseMs });
}

function connectionOf(client: RedisClient): Connection {
  const has = (...names: string[]) => names.every((name) => typeof Object(client)[name] === 'function');
  if (has('callBuffer', 'duplicate')) return new IoredisConnection(client as IoredisLike);
  const isClient = has('sendCommand', 'connect', 'on');
  requireOption(isClient, 'redisStore', 'a client of ioredis, iovalkey or node-redis', client);
  return new NodeRedisConnection(client as NodeRedisLike);
}
