/**
 * Opens a store, and keeps its own client from keeping the process alive. It ends if nothing of memokit does.
 * Arguments: the package of the client, and the port of the server.
 */
import { Redis } from 'ioredis';
import { createClient } from 'redis';
import { redisStore } from '../../src/redis/index.js';

const [name, port] = process.argv.slice(2) as [string, string];
const ioredis = new Redis({ port: Number(port), lazyConnect: true });
const nodeRedis = createClient({ url: `redis://127.0.0.1:${port}` });
// A process that has just begun may be slow on a busy machine, which is not what is tried.
const store = redisStore(name === 'ioredis' ? ioredis : nodeRedis, { opTimeout: '5s' });
await store.read([{ namespace: 'n', key: 'k' }]);
while (store.state.isBlind) await new Promise((resolve) => setTimeout(resolve, 5));
console.log('listening');
if (name === 'ioredis') ioredis.stream.unref();
else nodeRedis.unref();
// Were anything to keep the process alive, this ends it.
setTimeout(() => process.exit(1), 8000).unref();
