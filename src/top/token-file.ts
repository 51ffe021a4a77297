import { closeSync, fstatSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { modeText, refuse } from './place.js';

/** What the file of a program on a loopback port has. Only the user may read it. */
export interface TokenFile {
  readonly host: LoopbackHost;
  readonly port: number;
  readonly token: string;
}

export type LoopbackHost = '127.0.0.1' | '::1';

export function isLoopback(host: unknown): host is LoopbackHost {
  return host === '127.0.0.1' || host === '::1';
}

/** Writes the file, which must not exist. */
export function writeTokenFile(path: string, content: TokenFile): void {
  writeFileSync(path, `${JSON.stringify(content)}\n`, { mode: 0o600, flag: 'wx' });
}

/** Reads the file. @throws ExposeError if it has something else, or if others may use it. */
export function readTokenFile(path: string): TokenFile {
  const file = openSync(path, 'r');
  try {
    const { mode } = fstatSync(file);
    if (mode & 0o077) refuse(path, `expected a file with mode 600, but it has ${modeText(mode)}`);
    const { host, port, token } = JSON.parse(readFileSync(file, 'utf8')) as TokenFile;
    if (!isLoopback(host) || typeof port !== 'number' || !/^[0-9a-f]{64}$/.test(token)) throw new Error();
    return { host, port, token };
  } catch (error) {
    return refuse(path, 'expected a file of a program that is exposed', error);
  } finally {
    closeSync(file);
  }
}
