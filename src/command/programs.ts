import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { type Address, filesIn, isSettled, removeFile, requireOwn, usualDirectories } from '../top/place.js';
import { LONGEST_EXCHANGE, type Refusal, requestFor, type Snapshot, VERSION } from '../top/protocol.js';
import { readTokenFile } from '../top/token-file.js';
import { ageText, countText, nameText } from './text.js';

/** Programs that are exposed: `memokit top` finds them by their files, and asks them for snapshots. */

/** A program that is exposed. */
export interface Found {
  readonly id: string;
  readonly path: string;
  readonly isSocket: boolean;
}

/**
 * Returns the one program that is exposed, or the one with an id, and its snapshot.
 * @throws when there is none, or several without an id.
 */
export async function find(id: string | undefined, directory: string | undefined): Promise<[Found, Snapshot]> {
  const directories = (directory === undefined ? usualDirectories() : [directory]).filter(existsSync);
  const fit = directory === undefined ? directories.filter(isFit) : directories;
  if (directory !== undefined) for (const each of fit) requireOwn(each);
  const files = fit.flatMap(filesIn).filter((file) => id === undefined || file.id === id);
  const asked = await Promise.all(files.map(async (file) => [file, await ask(file)] as const));
  const found = asked.filter((pair): pair is [Found, Snapshot] => pair[1] !== undefined);
  if (found.length === 1) return found[0]!;
  if (found.length > 1) throw new Error(`several programs are exposed: give the id of one\n${listed(found)}`);
  const which = id === undefined ? 'no program is exposed' : `no program with the id ${nameText(id)} is exposed`;
  throw new Error(`${which}: it has to call expose() of memokit/top, as the same user`);
}

/** Whether a usual directory is fit. Another user may have made one that is not, which is told and passed over. */
function isFit(directory: string): boolean {
  try {
    requireOwn(directory);
    return true;
  } catch (error) {
    console.error(`memokit top: passed over ${(error as Error).message.replace(/^expose: /, '')}`);
    return false;
  }
}

function listed(found: readonly [Found, Snapshot][]): string {
  const lines = found.map(([{ id }, { title, uptime, caches }]) => {
    return `  ${id}  ${nameText(title)}, up ${ageText(uptime)}, ${countText(caches.length)} caches`;
  });
  return lines.join('\n');
}

/**
 * Asks a program for a snapshot. Returns `undefined`, and removes the file, if the program no longer exists.
 * @throws when the program refuses it, or what answers is no program of memokit.
 */
export async function ask({ path, isSocket }: Found): Promise<Snapshot | undefined> {
  const isOld = isSettled(path);
  try {
    if (isSocket) return await exchange({ path }, requestFor());
    const { token, ...address } = readTokenFile(path);
    return await exchange(address, requestFor(token));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ECONNREFUSED' && code !== 'ENOENT') throw new Error(`${path}: ${(error as Error).message}`);
    if (isOld) removeFile(path);
    return undefined;
  }
}

function exchange(address: Address, request: string): Promise<Snapshot> {
  return new Promise((settle, refuse) => {
    const parts: Buffer[] = [];
    let length = 0;
    const socket = connect(address, () => socket.write(request));
    socket.setTimeout(LONGEST_EXCHANGE, () => socket.destroy(new Error('the program does not answer')));
    socket.on('error', refuse);
    socket.on('data', (bytes: Buffer) => {
      parts.push(bytes);
      length += bytes.length;
      if (length > LONGEST_ANSWER) socket.destroy(new Error('the answer is too long'));
    });
    socket.on('end', () => {
      try {
        settle(snapshotIn(Buffer.concat(parts).toString()));
      } catch (error) {
        refuse(error as Error);
      }
    });
  });
}

const LONGEST_ANSWER = 64 * 2 ** 20;

/** Returns the snapshot in an answer. @throws when it is a refusal or something else. */
function snapshotIn(text: string): Snapshot {
  let answer: (Snapshot & Partial<Refusal>) | undefined;
  try {
    answer = JSON.parse(text);
  } catch {
    // Something else answers there.
  }
  if (answer?.refused !== undefined)
    throw new Error(`the program has refused the request: ${nameText(`${answer.message}`)}`);
  const isSnapshot = answer?.version === VERSION && answer.caches?.every?.(isRow);
  if (!isSnapshot) throw new Error('what answers there is no program of this version of memokit');
  return answer!;
}

function isRow(row: Snapshot['caches'][number]): boolean {
  return typeof row?.name === 'string' && typeof row.stats?.evictions === 'object';
}
