/** A server of Redis or Valkey that is started, killed and frozen here. It keeps nothing. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Runs something with a server, which is gone afterwards. */
export async function withServer(run) {
  const server = await Server.start();
  try {
    return await run(server);
  } finally {
    server.end();
  }
}

class Server {
  #directory = mkdtempSync(join(tmpdir(), 'memokit-bench-'));
  #program;
  #process;

  static async start() {
    const server = new Server();
    server.#program = ['redis-server', 'valkey-server'].find((name) => spawnSync(name, ['--version']).status === 0);
    if (server.#program === undefined) throw new Error('neither redis-server nor valkey-server is installed');
    server.port = await freePort();
    await server.start();
    return server;
  }

  async start() {
    const args = ['--port', `${this.port}`, '--bind', '127.0.0.1', '--save', '', '--dir', this.#directory];
    this.#process = spawn(this.#program, args, { stdio: 'ignore' });
    while ((await this.command('PING').catch(() => '')) !== '+PONG') await pause(10);
  }

  async kill() {
    const ended = once(this.#process, 'exit');
    this.signal('SIGKILL');
    await ended;
  }

  signal(name) {
    this.#process.kill(name);
  }

  /** Sends one command, on a connection of its own. Resolves to the line that answers. */
  command(...words) {
    return new Promise((resolve, reject) => {
      const socket = connect(this.port, '127.0.0.1', () => socket.write(`${words.join(' ')}\r\n`));
      socket.on('error', reject);
      socket.on('data', (data) => {
        socket.destroy();
        resolve(String(data).trim());
      });
    });
  }

  end() {
    this.signal('SIGKILL');
    rmSync(this.#directory, { recursive: true, force: true });
  }
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}
