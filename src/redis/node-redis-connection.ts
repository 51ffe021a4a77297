import { min } from '../platform.js';
import {
  type Connection,
  type Listening,
  type NodeRedisLike,
  runScript,
  type Subscription,
  toBuffer,
} from './client.js';
import type { Script } from './script.js';

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
    if (client.isReady === true) this.#wasReady = true;
    // The client would keep the operation until it is connected again, and nobody would wait for it any more.
    else if (this.#wasReady && client.isReady === false) throw new Error('the client is not connected');
    // It connects by no operation, as the others do.
    if (!client.isOpen && !this.#wasReady) {
      const connecting = client.connect().then(
        () => {},
        () => {},
      );
      this.#connecting = connecting.then(() => (this.#connecting = undefined));
    }
    // A client of a cluster keeps no operation until it is connected.
    if (this.#connecting !== undefined && isCluster(client)) await this.#connecting;
    const args = given.map((arg) => (typeof arg === 'string' ? arg : toBuffer(arg)));
    // The type of texts, which are to be given as bytes.
    const options = { typeMapping: { 36: globalThis.Buffer } };
    const send = (name: string, text: string) => {
      const command = [name, text, `${keys.length}`, ...keys, ...args];
      return isCluster(client)
        ? client.sendCommand(keys[0], false, command, options)
        : client.sendCommand(command, options);
    };
    return runScript(
      script,
      (sha) => send('EVALSHA', sha),
      (text) => send('EVAL', text),
    );
  }

  subscribe(channel: string, listening: Listening): Subscription {
    const client = this.#client;
    let subscriber: any;
    let isClosed = false;
    const open = () => {
      const retry = { reconnectStrategy: (times: number) => min(50 + times * 50, 500) };
      const given = (client as { options?: { socket?: object } }).options?.socket;
      const mine = isCluster(client)
        ? client.duplicate()
        : client.duplicate({ socket: { ...given, ...retry }, keyPrefix: undefined });
      subscriber = mine;
      const isCurrent = () => subscriber === mine && !isClosed;
      const down = () => isCurrent() && listening.down();
      mine.on('error', down);
      mine.on('reconnecting', down);
      mine.on('end', down);
      let isSubscribed = false;
      // After a reconnect it is ready when it has subscribed again.
      mine.on('ready', () => isSubscribed && isCurrent() && listening.up());
      mine
        .connect()
        .then(() => {
          // The connection keeps no process alive.
          mine.unref?.();
          return mine.subscribe(channel, (text: string) => isCurrent() && listening.message(text));
        })
        .then(
          () => {
            isSubscribed = true;
            if (isCurrent()) listening.up();
          },
          () => {},
        );
    };
    const end = () => {
      const old = subscriber;
      try {
        old.destroy();
      } catch {
        // It was closed already.
      }
    };
    open();
    return {
      ping: () => (isCluster(client) ? Promise.resolve() : subscriber.ping()),
      reconnect: () => {
        listening.down();
        end();
        open();
      },
      close: () => {
        isClosed = true;
        end();
      },
    };
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
