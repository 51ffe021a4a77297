import { Redis } from 'ioredis';
import { type RedisServer, startRedis } from './redis-server.js';
import { until } from './until.js';

/** Starts the nodes of a cluster, each of which has a part of the slots, and waits until they agree on it. */
export async function startCluster(count: number): Promise<RedisServer[]> {
  const nodes: RedisServer[] = [];
  for (let index = 0; index < count; index++) nodes.push(await startRedis('--cluster-enabled', 'yes'));
  const clients = nodes.map(({ port }) => new Redis({ port }));
  const size = Math.ceil(16_384 / count);
  for (const [index, client] of clients.entries()) {
    const last = Math.min((index + 1) * size, 16_384) - 1;
    await client.call('CLUSTER', 'ADDSLOTSRANGE', `${index * size}`, `${last}`);
    await client.cluster('MEET', '127.0.0.1', nodes[0]!.port);
  }
  const agrees = async (client: Redis) => {
    const info = String(await client.cluster('INFO'));
    return info.includes('cluster_state:ok') && info.includes(`cluster_known_nodes:${count}`);
  };
  for (const client of clients) await until(() => agrees(client), 'the cluster');
  for (const client of clients) client.disconnect();
  return nodes;
}
