import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.js';
import { until } from './until.js';
import { within } from './within.js';

/** A server of Redis or Valkey that a test starts and kills. */
export interface RedisServer {
  readonly port: number;
  readonly url: string;
  /** Kills it with SIGKILL. */
  kill(): Promise<void>;
  /** Kills it for good. */
  end(): Promise<void>;
  /** Starts it again on the same port, empty. */
  start(): Promise<void>;
  isRunning(): boolean;
  /** Stops the process as it is, or lets it go on. */
  freeze(): void;
  thaw(): void;
}

/** Whether the machine has a program. */
const has = (program: string) => spawnSync(program, ['--version']).status === 0;

/** The programs of servers that the machine has. */
export const SERVER_PROGRAMS: readonly string[] = ['redis-server', 'valkey-server'].filter(has);

/** The program of a server; `undefined` where the machine has none. CI must not pass without it. */
export function serverProgram(): string | undefined {
  const [found] = SERVER_PROGRAMS;
  if (found === undefined) {
    const missing = 'NOT TESTED: redisStore, as this machine has neither redis-server nor valkey-server';
    if (process.env.CI) throw new Error(missing);
    console.warn(missing);
  }
  return found;
}

/** Starts a server on a free port, and waits until it answers. */
export function startRedis(...more: string[]): Promise<RedisServer> {
  return startServer(serverProgram()!, more);
}

/** Starts a server of a program. @param config The lines of a file of settings, which a sentinel needs. */
export async function startServer(
  program: string,
  more: readonly string[] = [],
  config?: readonly string[],
): Promise<RedisServer> {
  const port = await freePort();
  const directory = mkdtempSync(join(tmpdir(), 'memokit-redis-'));
  const args = ['--port', `${port}`, '--bind', '127.0.0.1', '--dir', directory, ...more];
  if (config === undefined) args.push('--save', '', '--appendonly', 'no');
  else {
    const file = join(directory, 'server.conf');
    writeFileSync(file, config.join('\n'));
    args.unshift(file);
  }
  let server: ChildProcess;
  const start = async () => {
    const started = spawn(program, args, { stdio: ['ignore', 'pipe', 'ignore'] });
    server = started;
    let output = '';
    started.stdout.on('data', (data) => (output += data));
    const isThere = async () => {
      if (started.exitCode !== null) throw new Error(`the server on port ${port} does not start: ${output}`);
      return isUp(port);
    };
    await until(isThere, `the server on port ${port}`);
  };
  await start();
  const kill = () => server.kill('SIGKILL');
  process.on('exit', kill);
  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    start,
    kill: () => end(server),
    async end() {
      await end(server);
      process.off('exit', kill);
      rmSync(directory, { recursive: true, force: true });
    },
    isRunning: () => isRunning(server),
    freeze: () => void server.kill('SIGSTOP'),
    thaw: () => void server.kill('SIGCONT'),
  };
}

function isRunning({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode === null && signalCode === null;
}

/** Kills a process with SIGKILL, and waits until it has ended. */
export async function end(child: ChildProcess): Promise<void> {
  if (!isRunning(child)) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await within(10_000, `the end of process ${child.pid}`, ended);
}

/** Whether a server answers on a port. */
export function isUp(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const end = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.on('error', () => end(false));
    // A server may cut the connection off before it answers, without an error.
    socket.on('close', () => end(false));
    socket.on('data', (data) => end(data.toString().startsWith('+PONG')));
    socket.on('connect', () => socket.write('PING\r\n'));
    socket.setTimeout(500, () => end(false));
  });
}
