import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { freePort } from './free-port.js';

/** A memcached of the test. */
export interface Memcached {
  /** `host:port` */
  readonly address: string;
  /** Kills it with SIGKILL. */
  kill(): Promise<void>;
}

/** Whether the machine has memcached. CI must not pass without it. */
export function hasMemcached(): boolean {
  const isThere = spawnSync('memcached', ['-V']).status === 0;
  if (!isThere) {
    const missing = 'NOT TESTED: keyvStore over memcached, which this machine does not have';
    if (process.env.CI) throw new Error(missing);
    console.warn(missing);
  }
  return isThere;
}

/** Starts a memcached on a free port, and waits until it answers. */
export async function startMemcached(): Promise<Memcached> {
  const port = await freePort();
  // Values of up to 4 MB. A user is only needed, and only allowed, for root.
  const user = process.getuid?.() === 0 ? ['-u', 'nobody'] : [];
  const args = ['-l', '127.0.0.1', '-p', `${port}`, '-U', '0', '-I', '4m', ...user];
  const server = spawn('memcached', args, { stdio: 'ignore' });
  for (let attempt = 0; !(await answers(port)); attempt++) {
    if (attempt === 200 || server.exitCode !== null) throw new Error('memcached does not start');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return { address: `127.0.0.1:${port}`, kill: () => kill(server) };
}

async function kill(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const end = once(server, 'exit');
  server.kill('SIGKILL');
  await end;
}

async function answers(port: number): Promise<boolean> {
  const socket: Socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
