import { lstatSync, mkdirSync, readdirSync, realpathSync, rmSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { ExposeError } from './expose-error.js';

/**
 * The directory in which programs of one user are found. A program has a file there that is named by its id: a Unix socket,
 * `ID.sock`, or a file with a loopback port and the token for it, `ID.token`.
 */

/** Returns the directories in which a program may be found, if it has named none: the first is where one is exposed. */
export function usualDirectories(): string[] {
  const { XDG_RUNTIME_DIR: runtime } = process.env;
  const temporary = join(tmpdir(), `memokit-${process.getuid?.()}`);
  return runtime?.startsWith('/') ? [join(runtime, 'memokit'), temporary] : [temporary];
}

/** Makes the directory of programs if it is missing, and refuses one that others may use. @throws ExposeError */
export function prepareDirectory(directory: string): void {
  if (process.getuid === undefined) refuse(directory, 'expected a platform whose files have owners and modes');
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
  } catch (error) {
    refuse(directory, (error as Error).message, error);
  }
  requireOwn(directory);
}

/**
 * Refuses a directory that is not the user's own, or in which others may do anything; and one that others may replace, as
 * they may write to a directory above it. @throws ExposeError
 */
export function requireOwn(directory: string): void {
  const found = lstatSync(directory, { throwIfNoEntry: false });
  if (found === undefined || !found.isDirectory()) refuse(directory, 'expected a directory, and no link to one');
  if (found.uid !== process.getuid?.()) refuse(directory, "expected a directory of the user's own");
  if (found.mode & 0o077) refuse(directory, `expected a directory with mode 700, but it has ${modeText(found.mode)}`);
  // The directories above it are those that it is in, and not those of links to them.
  for (
    let path = realpathSync(dirname(resolve(directory))), under = '';
    path !== under;
    under = path, path = dirname(path)
  ) {
    const { mode, uid } = statSync(path);
    if (uid !== 0 && uid !== found.uid) refuse(directory, `${path} is of another user`);
    const isSticky = (mode & 0o1000) !== 0;
    if (mode & 0o022 && !isSticky) refuse(directory, `others may write to ${path}, which has mode ${modeText(mode)}`);
  }
}

/** The ids of programs that a directory has files of, dead or alive. */
export function filesIn(directory: string): { id: string; path: string; isSocket: boolean }[] {
  const names = readdirSync(directory).sort();
  return names.flatMap((name) => {
    const [, id, kind] = /^(\d+(?:-\d+)?)\.(sock|token)$/.exec(name) ?? [];
    return id === undefined ? [] : [{ id, path: join(directory, name), isSocket: kind === 'sock' }];
  });
}

/** Removes a file. It may be gone already. */
export function removeFile(path: string): void {
  rmSync(path, { force: true });
}

/** Whether a file is so old that its program cannot be about to listen. */
export function isSettled(path: string): boolean {
  const { ctimeMs = Infinity } = lstatSync(path, { throwIfNoEntry: false }) ?? {};
  return Date.now() - ctimeMs > 1000;
}

/** An address to connect to: a Unix socket, or a port. */
export type Address = { readonly path: string } | { readonly host: string; readonly port: number };

/** Whether a program listens at an address. */
export function isAnswered(address: Address): Promise<boolean> {
  return new Promise((settle) => {
    const socket = connect(address);
    const end = (isThere: boolean) => {
      socket.destroy();
      settle(isThere);
    };
    socket.once('connect', () => end(true));
    socket.once('error', ({ code }: NodeJS.ErrnoException) => end(code !== 'ECONNREFUSED' && code !== 'ENOENT'));
  });
}

export function modeText(mode: number): string {
  return (mode & 0o7777).toString(8);
}

/** @throws ExposeError */
export function refuse(place: string, message: string, cause?: unknown): never {
  throw new ExposeError(`expose: ${place}: ${message}`, { cause });
}
