import { Redis } from 'ioredis';
import { type RedisServer, serverProgram, startRedis, startServer } from './redis-server.js';
import { until } from './until.js';

/** A primary, its replica, and the sentinel that makes the replica the primary when the primary is gone. */
export interface Sentinel {
  readonly primary: RedisServer;
  readonly replica: RedisServer;
  /** The port of the sentinel. */
  readonly port: number;
  /** Waits until the replica is the primary. */
  failedOver(): Promise<void>;
  end(): Promise<void>;
}

/** The name by which clients ask the sentinel for the primary. */
export const SENTINEL_NAME = 'shop';

/** Starts the three of them, and waits until the replica has what the primary has. */
export async function startSentinel(): Promise<Sentinel> {
  const sync = ['--repl-diskless-sync-delay', '0'];
  const primary = await startRedis(...sync);
  const replica = await startRedis(...sync, '--replicaof', '127.0.0.1', `${primary.port}`);
  const client = new Redis({ port: replica.port });
  const says = async (text: string) => (await client.info('replication')).includes(text);
  await until(() => says('master_link_status:up'), 'the replica');
  const config = [
    `sentinel monitor ${SENTINEL_NAME} 127.0.0.1 ${primary.port} 1`,
    `sentinel down-after-milliseconds ${SENTINEL_NAME} 300`,
    `sentinel failover-timeout ${SENTINEL_NAME} 2000`,
  ];
  const sentinel = await startServer(serverProgram()!, ['--sentinel'], config);
  const asking = new Redis({ port: sentinel.port });
  const knows = async () => {
    const replicas = (await asking.call('SENTINEL', 'REPLICAS', SENTINEL_NAME)) as string[][];
    return replicas.length === 1 && replicas[0]![replicas[0]!.indexOf('flags') + 1] === 'slave';
  };
  await until(knows, 'the sentinel');
  asking.disconnect();
  return {
    primary,
    replica,
    port: sentinel.port,
    failedOver: () => until(() => says('role:master'), 'the failover'),
    async end() {
      client.disconnect();
      for (const server of [sentinel, replica, primary]) await server.end();
    },
  };
}
