import { min } from '../platform.js';
import { type Connection, type IoredisLike, type Listening, runScript, type Subscription, toBuffer } from './client.js';
import type { Script } from './script.js';

/** A connection over a client of ioredis or iovalkey. */
export class IoredisConnection implements Connection {
  readonly #client: IoredisLike;

  constructor(client: IoredisLike) {
    this.#client = client;
  }

  async run(script: Script, keys: readonly string[], given: readonly (string | Uint8Array)[]): Promise<unknown> {
    const client = this.#client;
    // The client would keep the operation until it is connected again, and nobody would wait for it any more.
    if (!ALIVE.includes(client.status)) throw new Error('the client is not connected');
    const args = given.map((arg) => (typeof arg === 'string' ? arg : toBuffer(arg)));
    const send = (name: string, text: string) => client.callBuffer(name, text, keys.length, ...keys, ...args);
    return runScript(
      script,
      (sha) => send('evalsha', sha),
      (text) => send('eval', text),
    );
  }

  subscribe(channel: string, listening: Listening): Subscription {
    const client = this.#client;
    const retry = (times: number) => min(times * 50, 500);
    const own = {
      lazyConnect: true,
      keyPrefix: '',
      enableOfflineQueue: true,
      autoResubscribe: false,
      maxRetriesPerRequest: null,
      retryStrategy: retry,
      reconnectOnError: null,
    };
    // A client of a cluster takes other nodes first.
    const isCluster = 'nodes' in client;
    const subscriber = isCluster
      ? client.duplicate([], { ...own, clusterRetryStrategy: retry })
      : client.duplicate(own);
    subscriber.on('error', () => {});
    subscriber.on('message', (from: string, text: string) => from === channel && listening.message(text));
    subscriber.on('close', () => listening.down());
    // The connection keeps no process alive.
    subscriber.on('connect', () => subscriber.stream?.unref?.());
    subscriber.on('ready', () => {
      subscriber.subscribe(channel).then(
        () => listening.up(),
        () => {},
      );
    });
    const connect = () => subscriber.connect().catch(() => {});
    connect();
    return {
      ping: () => subscriber.ping(),
      reconnect: () => (isCluster ? subscriber.disconnect() : subscriber.disconnect(true)),
      close: () => subscriber.disconnect(),
    };
  }

  watch({ down, up, end }: { down(): void; up(): void; end(): void }): void {
    this.#client.on('close', down);
    this.#client.on('ready', up);
    this.#client.on('end', end);
    this.#client.on('error', () => {});
  }
}

/** The states in which a client may do an operation soon. */
const ALIVE = ['wait', 'connecting', 'connect', 'ready'];
