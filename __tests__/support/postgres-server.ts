import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openServer } from '../../examples/schema-service/server-database.js';
import { freePort } from './free-port.js';

/** Starts a PostgreSQL for as long as it is used. Where none is installed there is nothing to test, which CI does not put up with. */
export async function withPostgres(use: (url: string) => Promise<void>): Promise<void> {
  const bin = serverBinaries();
  if (bin === undefined) {
    const missing = 'NOT TESTED: DATABASE_URL, since no PostgreSQL server is installed (initdb and postgres)';
    if (process.env.CI) throw new Error(missing);
    console.warn(missing);
    return;
  }
  const owner = unprivileged();
  const directory = mkdtempSync(join(tmpdir(), 'memokit-postgres-'));
  if (owner) chownSync(directory, owner.uid, owner.gid);
  let server: ChildProcess | undefined;
  try {
    const data = join(directory, 'data');
    const init = ['-D', data, '-U', 'memokit', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'];
    execFileSync(join(bin, 'initdb'), init, { cwd: directory, stdio: ['ignore', 'ignore', 'inherit'], ...owner });
    const port = await freePort();
    const settings = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'fsync=off'];
    server = spawn(join(bin, 'postgres'), ['-D', data, '-p', `${port}`, ...settings.flatMap((each) => ['-c', each])], {
      cwd: directory,
      stdio: 'ignore',
      ...owner,
    });
    const url = `postgres://memokit@127.0.0.1:${port}/postgres`;
    await untilReady(url);
    await use(url);
  } finally {
    if (server !== undefined && (server.exitCode ?? server.signalCode) === null) {
      server.kill('SIGINT');
      await once(server, 'exit');
    }
    rmSync(directory, { recursive: true, force: true });
  }
}

async function untilReady(url: string): Promise<void> {
  const deadline = performance.now() + 30_000;
  for (;;) {
    try {
      return await (await openServer(url)).close();
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await sleep(100);
    }
  }
}

/** Where `initdb` and `postgres` are. Debian keeps them off the PATH, by version. */
function serverBinaries(): string | undefined {
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : [];
  const onPath = (process.env.PATH ?? '').split(delimiter);
  const candidates = [...versions.map((version) => join(debian, version, 'bin')), ...onPath];
  return candidates.find((bin) => ['initdb', 'postgres'].every((name) => existsSync(join(bin, name))));
}

/** Whom to run the server as, when we are root: PostgreSQL refuses to be. */
function unprivileged(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const idOf = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  return { uid: idOf('-u'), gid: idOf('-g') };
}
