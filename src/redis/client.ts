import type { Script } from './script.js';

type Argument = string | Uint8Array;

/** A client of ioredis or iovalkey, of a server, sentinels or a cluster: what memokit uses of it. */
export interface IoredisLike {
  readonly status: string;
  callBuffer(command: string, ...args: any[]): Promise<unknown>;
  duplicate(...args: any[]): any;
  on(event: string, listener: (...args: any[]) => void): unknown;
}

/** A client of node-redis, of a server, sentinels or a cluster: what memokit uses of it. */
export interface NodeRedisLike {
  readonly isOpen: boolean;
  sendCommand(...args: any[]): Promise<unknown>;
  connect(): Promise<unknown>;
  on(event: any, listener: (...args: any[]) => void): unknown;
}

export type RedisClient = IoredisLike | NodeRedisLike;

/** What a subscription tells. */
export interface Listening {
  message(text: string): void;
  up(): void;
  down(): void;
}

/** A connection of its own that listens to a channel. It connects again by itself. */
export interface Subscription {
  /** Waits for an answer of the server. */
  ping(): Promise<unknown>;
  /** Closes the connection and opens it again. */
  reconnect(): void;
  close(): void;
}

/** A client, used in one way whatever it is. */
export interface Connection {
  /** Runs a script. Rejects if the server cannot. */
  run(script: Script, keys: readonly string[], args: readonly Argument[]): Promise<unknown>;
  /**
   * Listens to a channel. @param hashTag That of the store's keys: the node of a cluster that has them is the one that publishes,
   * so it tells subscribers before it answers. The others hear of it later, and not while they are cut off from it.
   */
  subscribe(channel: string, hashTag: string, listening: Listening): Subscription;
  /** Calls functions when the connection is lost, when it is there, and when the client was closed. */
  watch(events: { down(): void; up(): void; end(): void }): void;
}

/** Runs a script by its hash, and whole if the server does not know it. */
export async function runScript(
  { text, sha }: Script,
  evalsha: (sha: string) => Promise<unknown>,
  evalText: (text: string) => Promise<unknown>,
): Promise<unknown> {
  const known = sha();
  try {
    return await evalsha(typeof known === 'string' ? known : await known);
  } catch (error) {
    if (!String((error as Error)?.message).startsWith('NOSCRIPT')) throw error;
    return evalText(text);
  }
}

/** Returns bytes as the clients take them: those of Node, over the same memory. */
export function toBuffer(bytes: Uint8Array): Uint8Array {
  return globalThis.Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}
