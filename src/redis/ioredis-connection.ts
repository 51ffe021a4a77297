import { floor, random } from '../platform.js';
import { type Connection, type IoredisLike, type Listening, runScript, type Subscription, toBuffer } from './client.js';
import { keepSubscribed } from './kept-subscription.js';
import type { Script } from './script.js';
import { slotOf } from './slot.js';

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

  subscribe(channel: string, hashTag: string, listening: Listening): Subscription {
    const own = {
      lazyConnect: true,
      keyPrefix: '',
      enableOfflineQueue: true,
      maxRetriesPerRequest: null,
      retryStrategy: null,
    };
    return keepSubscribed(listening, (message, lost) => {
      const subscriber = this.#node(hashTag).duplicate(own);
      subscriber.on('error', () => {});
      subscriber.on('message', (from: string, text: string) => from === channel && message(text));
      subscriber.on('end', lost);
      // The connection keeps no process alive.
      subscriber.on('connect', () => subscriber.stream?.unref?.());
      return {
        listen: () => subscriber.connect().then(() => subscriber.subscribe(channel)),
        ping: () => subscriber.ping(),
        close: () => subscriber.disconnect(),
      };
    });
  }

  /**
   * The client, or that of a node of a cluster: the one that has the keys, or any other while that is gone. A subscription by
   * way of the client of a cluster would not tell when it is lost.
   */
  #node(hashTag: string): IoredisLike {
    const client = this.#client as IoredisLike & Partial<Cluster>;
    if (client.nodes === undefined) return client;
    const nodes = client.nodes();
    const owner = client.slots?.[slotOf(hashTag)]?.[0];
    const isOwner = ({ options: { host, port } }: Node) => `${host}:${port}` === owner;
    const node = nodes.find(isOwner) ?? nodes[floor(random() * nodes.length)];
    if (node === undefined) throw new Error('the client knows no node yet');
    return node;
  }

  watch({ down, up, end }: { down(): void; up(): void; end(): void }): void {
    this.#client.on('close', down);
    this.#client.on('ready', up);
    this.#client.on('end', end);
    this.#client.on('error', () => {});
  }
}

/** What the client of a cluster has beside. */
interface Cluster {
  nodes(): Node[];
  /** The names of the nodes that have each slot, the primary first. */
  readonly slots: readonly (readonly string[])[];
}

interface Node extends IoredisLike {
  readonly options: { readonly host?: string; readonly port?: number };
}

/** The states in which a client may do an operation soon. */
const ALIVE = ['wait', 'connecting', 'connect', 'ready'];
