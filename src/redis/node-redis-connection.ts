import {
  type Connection,
  type Listening,
  type NodeRedisLike,
  runScript,
  type Subscription,
  toBuffer,
} from './client.js';
import { keepSubscribed } from './kept-subscription.js';
import type { Script } from './script.js';
import { slotOf } from './slot.js';

/** A connection over a client of node-redis. */
export class NodeRedisConnection implements Connection {
  readonly #client: NodeRedisLike & { readonly isReady?: boolean };
  #wasReady = false;
  #connecting: Promise<unknown> | undefined;

  constructor(client: NodeRedisLike) {
    this.#client = client;
  }

  async run(script: Script, keys: readonly string[], given: readonly (string | Uint8Array)[]): Promise<unknown> {
    const client = this.#client;
    // A client of a cluster of version 5 does not say it.
    const { isReady = client.isOpen && this.#connecting === undefined } = client;
    if (isReady) this.#wasReady = true;
    // The client would keep the operation until it is connected again, and nobody would wait for it any more.
    else if (this.#wasReady) throw new Error('the client is not connected');
    // It connects by no operation, as the others do.
    if (!client.isOpen && !this.#wasReady) {
      const connecting = client.connect().then(
        () => void (this.#wasReady = true),
        () => {},
      );
      this.#connecting = connecting.then(() => (this.#connecting = undefined));
    }
    // A client of a cluster or of sentinels keeps no operation until it is connected.
    if (this.#connecting !== undefined && (isCluster(client) || isSentinel(client))) await this.#connecting;
    const args = given.map((arg) => (typeof arg === 'string' ? arg : toBuffer(arg)));
    // The type of texts, which are to be given as bytes.
    const options = { typeMapping: { 36: globalThis.Buffer } };
    const send = (name: string, text: string) => {
      const command = [name, text, `${keys.length}`, ...keys, ...args];
      if (isCluster(client)) return client.sendCommand(keys[0], false, command, options);
      return isSentinel(client) ? client.sendCommand(false, command, options) : client.sendCommand(command, options);
    };
    return runScript(
      script,
      (sha) => send('EVALSHA', sha),
      (text) => send('EVAL', text),
    );
  }

  subscribe(channel: string, hashTag: string, listening: Listening): Subscription {
    return keepSubscribed(listening, async (message, lost) => {
      const node = await this.#node(hashTag);
      const subscriber = node.duplicate({
        socket: { ...node.options?.socket, reconnectStrategy: false },
        keyPrefix: undefined,
        clientSideCache: undefined,
      });
      subscriber.on('error', lost);
      subscriber.on('end', lost);
      // The connection keeps no process alive.
      subscriber.unref();
      return {
        listen: () => subscriber.connect().then(() => subscriber.subscribe(channel, message)),
        ping: () => subscriber.ping(),
        close() {
          try {
            subscriber.destroy();
          } catch {
            // It was closed already.
          }
        },
      };
    });
  }

  /**
   * The client, or that of a node: in a cluster the one that has the keys, or any other while that is gone, and the primary
   * that sentinels name.
   */
  #node(hashTag: string): any {
    const client = this.#client as any;
    if (isCluster(client)) {
      const owner = client.slots[slotOf(hashTag)]?.master;
      const isThere = owner !== undefined && owner.client?.isReady !== false;
      return client.nodeClient(isThere ? owner : client.getRandomNode());
    }
    return isSentinel(client) ? client._execute(false, async (node: unknown) => node) : client;
  }

  watch({ down, up, end }: { down(): void; up(): void; end(): void }): void {
    const client = this.#client;
    client.on('error', () => client.isReady === false && down());
    client.on('reconnecting', down);
    client.on('ready', up);
    client.on('end', () => {
      down();
      end();
    });
  }
}

function isCluster(client: object): boolean {
  return 'slots' in client;
}

function isSentinel(client: object): boolean {
  return 'getMasterNode' in client;
}
