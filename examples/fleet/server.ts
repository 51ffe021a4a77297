import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';

/** A server of Redis or Valkey that is started and killed here. It keeps nothing when it is killed. */
export class Server {
  readonly version: string;
  readonly port: number;
  readonly #program: string;
  readonly #directory = mkdtempSync(join(tmpdir(), 'memokit-fleet-'));
  #process: ChildProcess | undefined;

  /** Finds the program of a server. Gives `undefined` where the machine has none. */
  static async find(): Promise<Server | undefined> {
    for (const program of ['valkey-server', 'redis-server']) {
      const { status, stdout } = spawnSync(program, ['--version'], { encoding: 'utf8' });
      const version = /v=(\S+)/.exec(stdout ?? '')?.[1];
      if (status === 0) return new Server(program, `${program} ${version ?? ''}`, await freePort());
    }
    return undefined;
  }

  private constructor(program: string, version: string, port: number) {
    this.#program = program;
    this.version = version;
    this.port = port;
  }

  async start(): Promise<void> {
    const args = ['--port', `${this.port}`, '--bind', '127.0.0.1', '--save', '', '--dir', this.#directory];
    this.#process = spawn(this.#program, args, { stdio: 'ignore' });
    const client = new Redis({ port: this.port, retryStrategy: () => 20, maxRetriesPerRequest: null });
    client.on('error', () => {});
    await client.ping();
    client.disconnect();
  }

  async kill(): Promise<void> {
    const ended = once(this.#process!, 'exit');
    this.#process!.kill('SIGKILL');
    await ended;
  }

  async end(): Promise<void> {
    if (this.#process?.exitCode === null && this.#process.signalCode === null) await this.kill();
    rmSync(this.#directory, { recursive: true, force: true });
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
