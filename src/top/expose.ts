import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, lstatSync } from 'node:fs';
import { type AddressInfo, createServer, type ListenOptions, type Server, type Socket } from 'node:net';
import { join, resolve } from 'node:path';
import { isMainThread, threadId } from 'node:worker_threads';
import { observe } from '../observe/observe.js';
import { ownOptions, requireOption } from '../validate.js';
import { ExposeError } from './expose-error.js';
import {
  filesIn,
  isAnswered,
  isSettled,
  modeText,
  prepareDirectory,
  refuse,
  removeFile,
  usualDirectories,
} from './place.js';
import { SeenReceivers } from './seen-receivers.js';
import { serve } from './server.js';
import { snapshotOf } from './snapshot.js';
import { isLoopback, type LoopbackHost, readTokenFile, writeTokenFile } from './token-file.js';

/** How a program is exposed. */
export interface ExposeOptions {
  /**
   * The directory of the socket, or of the file with the token. It is made with mode 0700 if it is missing. Without it:
   * `memokit` in `$XDG_RUNTIME_DIR`, or `memokit-UID` in the directory of temporary files.
   */
  readonly directory?: string | undefined;
  /** Listens on this loopback port and not on a Unix socket. 0 is any port that is free. */
  readonly port?: number | undefined;
  /** The loopback address to listen on, with `port`. */
  readonly host?: LoopbackHost | undefined;
}

/** A program that is exposed. */
export interface Exposed {
  /** What `memokit top` is given to find it: the process id; in a worker, with the id of the thread. */
  readonly id: string;
  /** The socket, or the file with the port and the token. */
  readonly path: string;
  /** Ends it, and removes the file. */
  close(): Promise<void>;
}

/**
 * Shows the caches of this program to `memokit top`, on a Unix socket or a loopback port: names and counts, and never a key
 * or a value. Only the same user may connect. It does not keep the process alive.
 *
 * @throws OptionError when an option has a value that it cannot have.
 * @throws ExposeError when others may write to the directory, when nothing can listen there, or when the program is exposed
 *   already.
 */
export async function expose(options: ExposeOptions = {}): Promise<Exposed> {
  const { directory = usualDirectories()[0]!, port, host } = ownOptions(options, 'directory port host');
  requireOption(typeof directory === 'string' && directory !== '', 'directory', 'a path', directory);
  const isPort = typeof port === 'number' && port >= 0 && port < 65_536 && port % 1 === 0;
  requireOption(port === undefined || isPort, 'port', 'a port, or 0 for any free one', port);
  requireOption(host === undefined || isLoopback(host), 'host', '127.0.0.1 or ::1', host);
  requireOption(host === undefined || port !== undefined, 'port', 'a port beside host', port);
  const own = resolve(directory);
  prepareDirectory(own);
  const id = isMainThread ? `${process.pid}` : `${process.pid}-${threadId}`;
  await removeStale(own, id);

  const seen = new SeenReceivers();
  const token = port === undefined ? undefined : randomBytes(32).toString('hex');
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    serve(socket, token, () => snapshotOf(id, seen));
  });
  server.maxConnections = 16;
  const path = join(own, port === undefined ? `${id}.sock` : `${id}.token`);
  if (token === undefined) await listenOnSocket(server, path);
  else await listenOnPort(server, path, host ?? '127.0.0.1', port!, token);
  server.unref();
  const stop = observe({
    begins({ cache }, run) {
      seen.add(cache);
      run();
    },
  });
  const remove = () => removeFile(path);
  process.once('exit', remove);
  return {
    id,
    path,
    async close() {
      stop();
      process.removeListener('exit', remove);
      if (!server.listening) return;
      server.close();
      remove();
      // A client that does not read its answer would keep the server from closing.
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
  };
}

async function listenOnSocket(server: Server, path: string): Promise<void> {
  // The address of a socket has 104 bytes on some platforms, with a 0 at its end.
  if (Buffer.byteLength(path) > 103) refuse(path, 'expected a path of at most 103 bytes: give a shorter directory');
  await listen(server, path, { path, exclusive: true });
  writeOrClose(server, path, () => {
    // Until then, the mode of the directory keeps others out.
    chmodSync(path, 0o600);
    const { mode } = lstatSync(path);
    if (mode & 0o077) refuse(path, `expected a socket with mode 600, but it has ${modeText(mode)}`);
  });
}

async function listenOnPort(server: Server, path: string, host: LoopbackHost, port: number, token: string) {
  await listen(server, path, { host, port, exclusive: true });
  const { port: chosen } = server.address() as AddressInfo;
  writeOrClose(server, path, () => writeTokenFile(path, { host, port: chosen, token }));
}

/** Listens. @throws ExposeError when the platform refuses it. */
async function listen(server: Server, path: string, options: ListenOptions): Promise<void> {
  try {
    await once(server.listen(options), 'listening');
  } catch (error) {
    refuse(path, (error as Error).message, error);
  }
  server.on('error', () => {});
}

/** Runs a function. If it throws, the server is closed first. @throws ExposeError */
function writeOrClose(server: Server, path: string, run: () => void): void {
  try {
    run();
  } catch (error) {
    server.close();
    if (error instanceof ExposeError) throw error;
    refuse(path, (error as Error).message, error);
  }
}

/**
 * Removes the files of programs that no longer exist, which had no time to do it. Those of this program's own id go at once.
 * @throws ExposeError when a program of this id is there: this one.
 */
async function removeStale(directory: string, own: string): Promise<void> {
  for (const { id, path, isSocket } of filesIn(directory)) {
    if (id !== own && !isSettled(path)) continue;
    if (!(await isLive(path, isSocket))) removeFile(path);
    else if (id === own) refuse(path, 'this program is exposed already');
  }
}

async function isLive(path: string, isSocket: boolean): Promise<boolean> {
  try {
    return await isAnswered(isSocket ? { path } : readTokenFile(path));
  } catch {
    // Its program was killed before it had written all of the file.
    return false;
  }
}
