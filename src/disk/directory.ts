import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { random } from '../platform.js';
import { StoreError } from '../store/store-error.js';

/** The directory of a store: makes it, and refuses one that is something else. @throws StoreError */
export function prepareDirectory(directory: string): void {
  try {
    makeDirectory(directory);
    const names = readdirSync(directory);
    if (names.includes(FORMAT_FILE)) checkFormat(directory);
    else {
      // Another process may be making the store just now: the data comes after the format.
      const strange = names.find((name) => !/^\.|^FORMAT/.test(name));
      if (strange !== undefined)
        refuse(directory, `expected a store or an empty directory, but it has '${strange.slice(0, 100)}'`);
      writeWhole(join(directory, FORMAT_FILE), `${FORMAT}\n`, renameSync);
    }
    accessSync(directory, constants.R_OK | constants.W_OK | constants.X_OK);
    reserveLocks(directory);
    checkData(directory, constants.O_RDWR);
  } catch (error) {
    if (error instanceof StoreError) throw error;
    refuse(directory, (error as Error).message, error);
  }
}

/** Refuses a directory that is no store, and changes nothing. @throws StoreError */
export function requireStore(directory: string): void {
  if (!existsSync(join(directory, FORMAT_FILE))) refuse(directory, 'expected a store, but it is none');
  checkFormat(directory);
  if (hasData(directory)) checkData(directory, constants.O_RDONLY);
}

/** The file with the entries. */
export function dataFile(directory: string): string {
  return join(directory, 'data.mdb');
}

/** Whether the disk of a directory has no room for what a small store takes. */
export function isFull(directory: string): boolean {
  const { bavail, bsize } = statfsSync(directory);
  return bavail * bsize < LEAST_FREE;
}

export const NO_SPACE = 'no space left on the disk';

export function refuse(directory: string, reason: string, cause?: unknown): never {
  throw new StoreError(`diskStore: ${directory}: ${reason}`, cause === undefined ? {} : { cause });
}

const LEAST_FREE = 2 ** 20;
const FORMAT_FILE = 'FORMAT';
/** What is in the file. Another layout of the tables gets another number. */
const FORMAT = 'memokit store 1';

function checkFormat(directory: string): void {
  const format = readFileSync(join(directory, FORMAT_FILE), 'utf8').trim();
  if (format !== FORMAT)
    refuse(directory, `expected a store of format '${FORMAT}', but it is one of '${format.slice(0, 32)}'`);
}

/** Makes a directory and those above it. `mkdirSync` with `recursive` never returns for some directories in /proc. */
function makeDirectory(directory: string): void {
  if (existsSync(directory)) {
    if (!statSync(directory).isDirectory()) refuse(directory, 'expected a directory, but it is a file');
    return;
  }
  const above = dirname(directory);
  if (above !== directory) makeDirectory(above);
  try {
    mkdirSync(directory);
  } catch (error) {
    // Another process was faster.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    if (!existsSync(directory))
      refuse(directory, 'expected a directory, but it is a link to a place that is not there');
  }
}

/**
 * Makes the file of locks with all its bytes. LMDB would make it with a hole, and if the disk is full when the hole is to be
 * filled, the system ends the process.
 */
function reserveLocks(directory: string): void {
  const path = join(directory, 'lock.mdb');
  if (existsSync(path)) return;
  try {
    // Unlike a renaming, this leaves the file of a process that was faster.
    writeWhole(path, new Uint8Array(LOCK_BYTES), linkSync);
  } catch (error) {
    // Another process was faster, or the file system has no links, and LMDB makes the file.
    if ((error as NodeJS.ErrnoException).syscall !== 'link') throw error;
  }
}

/** Writes a file elsewhere, and has it appear under its name when it is whole. */
function writeWhole(path: string, data: string | Uint8Array, appear: (from: string, to: string) => void): void {
  const draft = join(dirname(path), `${FORMAT_FILE}.${process.pid}.${random().toString(36).slice(2)}`);
  try {
    writeFileSync(draft, data);
    appear(draft, path);
  } finally {
    rmSync(draft, { force: true });
  }
}

/**
 * Refuses data that was cut or is of another program. LMDB would end the process when it reads beyond the end of the file.
 */
function checkData(directory: string, access: number): void {
  const path = dataFile(directory);
  if (!hasData(directory)) {
    // LMDB ends the process when it cannot write its first pages.
    if (isFull(directory)) refuse(directory, NO_SPACE);
    return;
  }
  const file = openSync(path, access);
  try {
    const head = Buffer.alloc(META_BYTES);
    const metas = [0, PAGE].map((at) => {
      const isWhole = readSync(file, head, 0, META_BYTES, at) === META_BYTES;
      if (!isWhole || head.readUInt32LE(24) !== LMDB_MAGIC) return undefined;
      return { last: Number(head.readBigUInt64LE(144)), transaction: Number(head.readBigUInt64LE(152)) };
    });
    const [one, two] = metas;
    if (!one || !two) refuse(directory, 'data.mdb is damaged or was written by another program');
    const { last } = one.transaction > two.transaction ? one : two;
    if (statSync(path).size < (last + 1) * PAGE) refuse(directory, 'data.mdb was cut');
  } finally {
    closeSync(file);
  }
}

function hasData(directory: string): boolean {
  const path = dataFile(directory);
  return existsSync(path) && statSync(path).size > 0;
}

/** The size that the store gives its pages, and the bytes of LMDB's own record at the start of the first two. */
export const PAGE = 4096;
const META_BYTES = 160;
/** What LMDB's locks take with 512 readers, and some more. */
const LOCK_BYTES = 10 * PAGE;
const LMDB_MAGIC = 0xbe_ef_c0_de;
