import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { Worker } from 'node:worker_threads';
import { afterAll, afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { type CallStats, cached, cacheOf, caches, clearAll, memoize } from 'memokit';
import * as top from 'memokit/top';
import { type Exposed, ExposeError, type ExposeOptions, expose } from 'memokit/top';
import type { CacheRow, Snapshot } from '../src/top/protocol.js';
import { SeenReceivers } from '../src/top/seen-receivers.js';
import { serve } from '../src/top/server.js';
import { Terminal } from './support/terminal.js';

/** What a program exposes of its caches, and `memokit top`, as it is built in `dist`. */

const folder = mkdtempSync(join(tmpdir(), 'memokit-top-'));
const exposed: Exposed[] = [];
const children: ChildProcess[] = [];
let directory: string;
let directories = 0;

beforeEach(() => {
  directory = join(folder, `${++directories}`);
});
afterEach(async () => {
  jest.restoreAllMocks();
  for (const child of children.splice(0)) child.kill();
  for (const each of exposed.splice(0)) await each.close();
});
afterAll(() => rmSync(folder, { recursive: true }));

async function open(options: ExposeOptions = {}): Promise<Exposed> {
  const opened = await expose({ directory, ...options });
  exposed.push(opened);
  return opened;
}

/** Connects to a program, sends bytes and returns everything that it answers until it closes the connection. */
async function send(to: Exposed | { host: string; port: number }, request: string | Buffer): Promise<string> {
  const socket = connect('path' in to ? { path: to.path } : to);
  socket.write(request);
  let answer = '';
  socket.on('data', (bytes) => (answer += bytes));
  await once(socket, 'close');
  return answer;
}

const REQUEST = 'memokit top 1\n';

async function shown(to: Exposed, request = REQUEST): Promise<Snapshot> {
  return JSON.parse(await send(to, request));
}

const rowOf = ({ caches }: Snapshot, name: string): CacheRow => caches.find((row) => row.name === name)!;
const modeOf = (path: string) => (statSync(path).mode & 0o7777).toString(8);
const plain = (value: unknown) => JSON.parse(JSON.stringify(value));

test('the public names of memokit/top are these', () => {
  expect(Object.keys(top).sort()).toEqual(['ExposeError', 'expose']);
});

test('a program is exposed on a socket that only its user can reach, and no longer once it is closed', async () => {
  const { id, path, close } = await open();
  expect([id, path]).toEqual([`${process.pid}`, join(directory, `${process.pid}.sock`)]);
  expect([modeOf(directory), modeOf(path)]).toEqual(['700', '600']);
  await close();
  expect(existsSync(path)).toBe(false);
  await close();
});

test('without a directory, it is one of the user in XDG_RUNTIME_DIR or among temporary files', async () => {
  const before = process.env.XDG_RUNTIME_DIR;
  process.env.XDG_RUNTIME_DIR = folder;
  const { path, close } = await expose();
  await close();
  if (before === undefined) delete process.env.XDG_RUNTIME_DIR;
  else process.env.XDG_RUNTIME_DIR = before;
  expect(path).toBe(join(folder, 'memokit', `${process.pid}.sock`));
});

test('a snapshot has the names and stats of all caches, and no key and no value', async () => {
  const find = memoize((key: string) => `value of ${key}`, { name: 'find by key', capacity: 2 });
  for (const key of ['secret-1', 'secret-2', 'secret-3', 'secret-3']) find(key);
  const text = await send(await open(), REQUEST);
  const snapshot: Snapshot = JSON.parse(text);
  expect(snapshot).toMatchObject({ version: 1, id: `${process.pid}`, pid: process.pid, uptime: expect.any(Number) });
  const rows = snapshot.caches.map(({ name, stats }) => ({ name, stats }));
  expect(rows).toEqual(plain(caches().map((cache) => ({ name: cache.name, stats: cache.stats() }))));
  expect(rowOf(snapshot, 'find by key')).toMatchObject({ isShared: true, receivers: null, entries: 2, capacity: 2 });
  expect(text).not.toMatch(/secret|value of/);
});

test('receivers and their entries are counted from the moment on when the program is exposed', async () => {
  class Users {
    @cached({ ttl: 60_000 })
    get(n: number) {
      return n;
    }
  }
  const early = new Users();
  early.get(1);
  const opened = await open();
  expect(rowOf(await shown(opened), 'Users.get')).toMatchObject({ isShared: false, receivers: 0, entries: 0 });
  const users = [new Users(), new Users(), early];
  for (const user of users) for (const n of [2, 3, 4, 5, 6, 7]) user.get(n);
  expect(rowOf(await shown(opened), 'Users.get')).toMatchObject({ receivers: 3, entries: 19, capacity: null });
  cacheOf(early, 'get').clear();
  expect(rowOf(await shown(opened), 'Users.get')).toMatchObject({ receivers: 3, entries: 12 });
  clearAll();
  expect(rowOf(await shown(opened), 'Users.get')).toMatchObject({ receivers: 3, entries: 0 });
});

test('receivers are not counted where there are more than 10,000', () => {
  const seen = new SeenReceivers();
  const definition = { name: 'many' };
  const all = Array.from({ length: 20_100 }, () => ({
    definition,
    entries: { size: 1, capacity: 1 },
    clearIfOutdated() {},
  }));
  for (const cache of all.slice(0, 9_000)) seen.add(cache);
  seen.add(all[0]!);
  expect(seen.of(definition)).toHaveLength(9_000);
  for (const cache of all) seen.add(cache);
  expect(seen.of(definition)).toBe(undefined);
});

test('receivers are counted again once enough of too many were collected', () => {
  const alive = new Set<unknown>();
  const { deref } = WeakRef.prototype;
  jest.spyOn(WeakRef.prototype, 'deref').mockImplementation(function (this: WeakRef<object>) {
    const target = deref.call(this);
    return alive.has(target) ? target : undefined;
  });
  const seen = new SeenReceivers();
  const definition = { name: 'throwaway' };
  const make = () => ({ definition, entries: { size: 1, capacity: 1 }, clearIfOutdated() {} });
  const add = (cache: ReturnType<typeof make>) => {
    alive.add(cache);
    seen.add(cache);
  };
  for (let n = 0; n < 40_000; n++) add(make());
  expect(seen.of(definition)).toBe(undefined);
  alive.clear();
  expect(seen.of(definition)).toEqual([]);
  for (let n = 0; n < 3; n++) add(make());
  expect(seen.of(definition)).toHaveLength(3);
});

test('a directory that others may replace behind a link, or whose parent is of another user, is refused', async () => {
  const [writable, foreign] = [join(directory, 'writable'), join(directory, 'foreign')];
  mkdirSync(join(writable, 'mid', 'mine'), { recursive: true, mode: 0o700 });
  mkdirSync(join(foreign, 'mine'), { recursive: true, mode: 0o700 });
  chmodSync(writable, 0o777);
  symlinkSync(join(writable, 'mid'), join(directory, 'link'));
  await expect(open({ directory: join(directory, 'link', 'mine') })).rejects.toThrow(/others may write to .*writable/);
  if (process.getuid?.() !== 0) return;
  chownSync(foreign, 54_321, 54_321);
  await expect(open({ directory: join(foreign, 'mine') })).rejects.toThrow(/foreign is of another user$/);
});

test('memokit top passes over a usual directory that is not fit, and says so', () => {
  mkdirSync(join(directory, 'memokit'), { recursive: true });
  chmodSync(join(directory, 'memokit'), 0o755);
  const env = { ...process.env, XDG_RUNTIME_DIR: directory, TMPDIR: directory };
  const { stderr } = spawnSync(process.execPath, [MAIN, 'top'], { encoding: 'utf8', env });
  expect(stderr).toMatch(/^memokit top: passed over .*mode 700, but it has 755\nmemokit top: no program is exposed/);
});

test('a cache whose clock throws has no number of entries, and the others do', async () => {
  let isBroken = false;
  const clock = () => {
    if (isBroken) throw new Error('broken');
    return 0;
  };
  const timed = memoize((n: number) => n, { name: 'timed', ttl: 10, clock });
  timed(1);
  isBroken = true;
  const snapshot = await shown(await open());
  expect(rowOf(snapshot, 'timed')).toMatchObject({ entries: null, stats: { misses: 1 } });
  expect(snapshot.caches.length).toBeGreaterThan(0);
});

test.each([
  ['another word', 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n', 'unknown-request'],
  ['bytes', Buffer.from([0, 255, 10]), 'unknown-request'],
  ['an empty line', '\n', 'unknown-request'],
  ['a second request', REQUEST + REQUEST, 'unknown-request'],
  ['a token that is not asked for', 'memokit top 1 00ff\n', 'unknown-request'],
  ['another version', 'memokit top 2\n', 'other-version'],
  ['a longer line', `memokit top 1 ${'0'.repeat(300)}\n`, 'too-long'],
  ['a line without an end', 'x'.repeat(100_000), 'too-long'],
])('the socket refuses %s, and closes the connection', async (_, request, refused) => {
  const opened = await open();
  expect(JSON.parse(await send(opened, request))).toEqual({ version: 1, refused, message: expect.any(String) });
  expect((await shown(opened)).pid).toBe(process.pid);
});

test('a request that does not come is refused after 5 seconds', () => {
  jest.useFakeTimers();
  const told: string[] = [];
  const fake = Object.assign(new EventEmitter(), {
    unref() {},
    end: (text: string) => told.push(JSON.parse(text).refused),
    destroy: () => told.push('destroyed'),
  });
  serve(fake as unknown as Socket, undefined, () => {
    throw new Error('nothing is asked for');
  });
  fake.emit('data', Buffer.from('memokit'));
  jest.advanceTimersByTime(4_900);
  expect(told).toEqual([]);
  jest.advanceTimersByTime(200);
  jest.useRealTimers();
  expect(told).toEqual(['too-slow', 'destroyed']);
});

test('a client that does not read its answer is cut off once the program is closed', async () => {
  const opened = await open();
  const silent = connect(opened.path).on('error', () => {});
  await once(silent, 'connect');
  await shown(opened);
  await opened.close();
  silent.destroy();
});

test('on a loopback port, only who knows the token of a file that is for the user alone gets an answer', async () => {
  const opened = await open({ port: 0 });
  expect([opened.path, modeOf(opened.path)]).toEqual([join(directory, `${process.pid}.token`), '600']);
  const { token, ...address } = JSON.parse(readFileSync(opened.path, 'utf8'));
  expect([address.host, token]).toEqual(['127.0.0.1', expect.stringMatching(/^[0-9a-f]{64}$/)]);
  for (const wrong of ['', ` ${token.slice(1)}`, ` ${token.replace(/./, token[0] === '0' ? '1' : '0')}`])
    expect(JSON.parse(await send(address, `memokit top 1${wrong}\n`)).refused).toBe('wrong-token');
  expect(JSON.parse(await send(address, `memokit top 1 ${token}\n`)).pid).toBe(process.pid);
  await opened.close();
  expect(existsSync(opened.path)).toBe(false);
});

test('an option that it cannot have is refused', async () => {
  for (const wrong of [
    { host: '0.0.0.0', port: 0 },
    { host: 'localhost', port: 0 },
    { host: '127.0.0.1' },
    { port: -1 },
    { port: 70_000 },
    { port: '80' },
    { directory: '' },
    { path: folder },
    null,
  ])
    await expect(expose(wrong as ExposeOptions)).rejects.toMatchObject({ code: 'MEMOKIT_BAD_OPTION' });
});

test('a directory in which others may do anything, or that they may replace, is refused', async () => {
  const make = (name: string, mode: number) => {
    const path = join(directory, name);
    mkdirSync(path, { recursive: true });
    chmodSync(path, mode);
    return path;
  };
  const [mine, readable, writable] = [make('mine', 0o700), make('readable', 0o755), make('writable', 0o777)];
  const sticky = make('sticky', 0o1777);
  for (const parent of [writable, sticky]) mkdirSync(join(parent, 'mine'), { mode: 0o700 });
  symlinkSync(mine, join(directory, 'link'));
  writeFileSync(join(directory, 'file'), '');
  const refused: [string, RegExp][] = [
    [readable, /expected a directory with mode 700, but it has 755$/],
    [writable, /expected a directory with mode 700, but it has 777$/],
    [join(writable, 'mine'), /others may write to .*writable, which has mode 777$/],
    [join(directory, 'link'), /expected a directory, and no link to one$/],
    [join(directory, 'file'), /EEXIST|expected a directory/],
    [join(directory, 'file', 'under'), /ENOTDIR/],
    [join(mine, 'x'.repeat(100)), /expected a path of at most 103 bytes/],
  ];
  for (const [path, message] of refused) {
    const error = await expose({ directory: path }).catch((each: unknown) => each);
    expect([path, error]).toEqual([path, expect.any(ExposeError)]);
    expect(error).toMatchObject({ code: 'MEMOKIT_NOT_EXPOSED', message: expect.stringMatching(message) });
    const { status, stderr } = memokit('--directory', path);
    expect([path, status, stderr]).toEqual([path, 1, expect.stringMatching(/^memokit top: /)]);
  }
  await open({ directory: join(sticky, 'mine') });
  jest.spyOn(process as Required<typeof process>, 'getuid').mockReturnValue(54_321);
  await expect(expose({ directory: mine })).rejects.toThrow("expected a directory of the user's own");
}, 120_000);

test('a program is exposed once at a time', async () => {
  const first = await open();
  await expect(expose({ directory })).rejects.toThrow('this program is exposed already');
  await expect(expose({ directory, port: 0 })).rejects.toThrow('this program is exposed already');
  await first.close();
  const both = await Promise.allSettled([open(), open()]);
  expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
});

test('the files of programs that no longer exist are removed', async () => {
  mkdirSync(directory, { mode: 0o700 });
  const [dead, mine] = ['999999-1.sock', `${process.pid}.sock`].map((name) => join(directory, name)) as [
    string,
    string,
  ];
  for (const path of [dead, mine]) {
    const server = createServer().listen(`${path}.new`);
    await once(server, 'listening');
    renameSync(`${path}.new`, path);
    server.close();
  }
  const [half, other] = [join(directory, '999998.token'), join(directory, 'notes.txt')];
  for (const path of [half, other]) writeFileSync(path, '{', { mode: 0o600 });
  const opened = await open();
  // A file that is so young may be of a program that is about to listen.
  expect(readdirSync(directory)).toHaveLength(4);
  await opened.close();
  const { now } = Date;
  jest.spyOn(Date, 'now').mockImplementation(() => now() + 5_000);
  await open();
  expect(readdirSync(directory).sort()).toEqual([`${process.pid}.sock`, 'notes.txt']);
});

test('an exposed program ends when it has nothing else to do, and removes its socket', () => {
  for (const options of ['{}', '{ port: 0 }']) {
    const code = `
      const { readdirSync } = require('node:fs');
      const directory = process.argv[1];
      require('./dist/top.cjs').expose({ directory, ...${options} }).then(() => console.log(readdirSync(directory).length));`;
    const given = { encoding: 'utf8', timeout: 60_000 } as const;
    const { status, stdout, stderr } = spawnSync(process.execPath, ['-e', code, directory], given);
    expect([status, stdout, stderr]).toEqual([0, '1\n', '']);
    expect(readdirSync(directory)).toEqual([]);
  }
}, 120_000);

test('a worker is exposed beside its program, under an id of its own', async () => {
  const code = `
    const { parentPort, workerData } = require('node:worker_threads');
    require(workerData.top).expose({ directory: workerData.directory }).then(({ id }) => parentPort.postMessage(id));
    parentPort.once('message', () => process.exit());`;
  const worker = new Worker(code, { eval: true, workerData: { top: resolve('dist/top.cjs'), directory } });
  const [id] = await once(worker, 'message');
  expect(id).toBe(`${process.pid}-${worker.threadId}`);
  await open();
  expect(readdirSync(directory).sort()).toEqual([`${id}.sock`, `${process.pid}.sock`].sort());
  worker.postMessage('end');
  await once(worker, 'exit');
  expect(readdirSync(directory)).toEqual([`${process.pid}.sock`]);
}, 60_000);

/** A running `exposed.mjs`. */
class Program {
  readonly child: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  constructor(...args: string[]) {
    this.child = spawn(process.execPath, [join('__tests__', 'programs', 'exposed.mjs'), ...args], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    children.push(this.child);
    this.#lines = createInterface({ input: this.child.stdout! })[Symbol.asyncIterator]();
  }

  async line(): Promise<string> {
    return (await this.#lines.next()).value;
  }

  /** Has it stop to work, and returns the stats of its caches. */
  async stats(): Promise<{ name: string; stats: CallStats }[]> {
    this.child.stdin!.write('stop\n');
    return JSON.parse(await this.line());
  }

  async end(): Promise<void> {
    this.child.stdin!.end();
    await once(this.child, 'exit');
  }
}

const MAIN = join('dist', 'command', 'main.js');

function memokit(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, 'top', ...args], { encoding: 'utf8' });
  return { status, stdout, stderr };
}

const ROW = /^(\S+) +(\S+) +(\S+) +(\S+) +(\S+) +(\S+) +(–|\S+ (?:µs|ms|s)) +(\S.*)$/;

/** The rows of a table on a screen, by name. */
function rowsOf(lines: readonly string[]): Map<string, string[]> {
  const rows = lines.flatMap((line) => ROW.exec(line)?.slice(1) ?? []);
  const table = new Map<string, string[]>();
  for (let at = 0; at < rows.length; at += 8) table.set(rows[at]!, rows.slice(at + 1, at + 8));
  table.delete('name');
  return table;
}

/** What a row has to show for stats, beside the numbers of receivers and entries. */
function expectedOf({ hits, misses, loads, loadErrors, meanLoadTime, evictions }: CallStats, isShort: boolean) {
  const ratio = `${(Math.floor((hits / (hits + misses)) * 1000) / 10).toFixed(1)}%`;
  const causes = Object.entries(evictions).filter(([, count]) => count > 0);
  causes.sort(([, a], [, b]) => b - a);
  const short = { capacity: 'cap', expired: 'exp', deleted: 'del', replaced: 'rep', cleared: 'clr' };
  const names = causes.map(
    ([cause, count]) => `${isShort ? short[cause as 'capacity'] : cause} ${count.toLocaleString('en')}`,
  );
  const mean = meanLoadTime < 0.9995 ? `${(meanLoadTime * 1000).toFixed(0)} µs` : `${meanLoadTime.toPrecision(3)} ms`;
  return [ratio, loads, loadErrors].map((each) => each.toLocaleString('en')).concat(mean, names.join(' ') || '–');
}

test('memokit top prints what stats() returns, as a table and as JSON, also of two copies and over a port', async () => {
  for (const [port, ...more] of [[], ['0', '--reverse']]) {
    const program = new Program(directory, ...(port === undefined ? [] : [port]));
    const id = await program.line();
    const stats = await program.stats();
    // The entries of the last loads expire.
    await new Promise((settle) => setTimeout(settle, 100));
    const json = memokit(id, '--directory', directory, '--json', '--sort', 'name', ...more);
    expect([json.status, json.stderr]).toEqual([0, '']);
    const snapshot: Snapshot = JSON.parse(json.stdout);
    const names = ['Users.find', 'price\u001b[2J', 'square'];
    expect(snapshot.caches.map(({ name }) => name)).toEqual(port === undefined ? names : names.reverse());
    for (const { name, stats: own } of stats) {
      const row = rowOf(snapshot, name);
      // What has expired is counted when somebody looks.
      expect({ ...row.stats, evictions: own.evictions }).toEqual(own);
    }
    expect(rowOf(snapshot, 'Users.find')).toMatchObject({ receivers: 3, entries: 6, isShared: false });
    expect(rowOf(snapshot, 'square')).toMatchObject({ receivers: null, entries: 10, capacity: 10, isShared: true });

    const { stdout } = memokit('--directory', directory);
    const table = rowsOf(stdout.split('\n'));
    const [{ stats: square }] = [stats.find(({ name }) => name === 'square')!];
    expect(table.get('square')).toEqual(['all', '10', ...expectedOf(square, false)]);
    expect([...table.keys()].sort()).toEqual(['Users.find', 'price\\u001b[2J', 'square']);
    expect(memokit('--directory', directory, '--filter', 'USERS').stdout).not.toContain('square');
    await program.end();
    expect(readdirSync(directory)).toEqual([]);
  }
}, 120_000);

test('memokit top asks for the id where several programs are exposed, and says what is wrong in one line', async () => {
  mkdirSync(directory, { mode: 0o700 });
  expect(memokit('--directory', directory).stderr).toMatch(/^memokit top: no program is exposed: it has to call .*\n$/);
  const programs = [new Program(directory), new Program(directory)];
  const ids = await Promise.all(programs.map((program) => program.line()));
  const { status, stdout, stderr } = memokit('--directory', directory, '--json');
  expect([status, stdout]).toEqual([1, '']);
  expect(stderr).toMatch(
    /^memokit top: several programs are exposed: give the id of one\n( {2}\d+ {2}exposed\.mjs, up .*\n){2}$/,
  );
  for (const id of ids)
    expect(JSON.parse(memokit(id, '--directory', directory, '--json').stdout)).toMatchObject({ id });
  expect(memokit('1-1', '--directory', directory).stderr).toMatch(
    /^memokit top: no program with the id 1-1 is exposed/,
  );
  // Nobody hears of this end: the next look removes the socket.
  programs[0]!.child.kill('SIGKILL');
  await once(programs[0]!.child, 'exit');
  expect(readdirSync(directory)).toHaveLength(2);
  expect(memokit('--directory', directory, '--once').stdout).toContain(`(${ids[1]})`);
  await new Promise((settle) => setTimeout(settle, 1_100));
  memokit('--directory', directory);
  expect(readdirSync(directory)).toEqual([`${ids[1]}.sock`]);
  const wrong: [string[], RegExp][] = [
    [
      ['--sort', 'size'],
      /^memokit top: option '--sort <column>' argument 'size' is invalid\. Expected one of: name, .*\n$/,
    ],
    [['--interval', '0'], /^memokit top: .* Expected seconds from 0\.1 to 3600\.\n$/],
    [['--all'], /^memokit top: unknown option '--all'\n$/],
    [['1', '2'], /^memokit top: too many arguments/],
  ];
  for (const [args, message] of wrong) {
    const refused = memokit(...args);
    expect([args, refused.status, refused.stderr]).toEqual([args, 1, expect.stringMatching(message)]);
  }
}, 180_000);

test('what answers at the place of a program and is none is told', async () => {
  mkdirSync(directory, { mode: 0o700 });
  const answers = [
    'nonsense',
    '{"version":2,"caches":[]}',
    '{"version":1,"caches":[{"name":1}]}',
    '{"version":1,"refused":"x","message":"\u001b[2J"}',
  ];
  for (const answer of answers) {
    const server = createServer((socket) => socket.end(`${answer}\n`)).listen(join(directory, '7.sock'));
    await once(server, 'listening');
    const child = spawn(process.execPath, [MAIN, 'top', '--directory', directory]);
    let text = '';
    child.stderr.on('data', (bytes) => (text += bytes));
    const [status] = await once(child, 'close');
    server.close();
    expect([answer, status, text]).toEqual([
      answer,
      1,
      expect.stringMatching(/7\.sock: (what answers there is no|the program has refused .*\\u001b)/),
    ]);
  }
}, 60_000);

test('memokit top in a terminal shows what stats() returns, sorts and filters by keys, and quits', async () => {
  if (!Terminal.isThere()) return;
  const program = new Program(directory);
  await program.line();
  const args = ['top', '--directory', directory, '--interval', '0.2'];
  const terminal = new Terminal(folder, [process.execPath, resolve(MAIN), ...args]);
  try {
    const first = await terminal.until((lines) => rowsOf(lines).size === 3);
    expect(first[0]).toMatch(/^exposed\.mjs \(\d+\), up \d+ s: 3 caches, [\d,]+ calls/);
    expect(first[1]).toMatch(/^name +recv +entries +hits +loads▼ +errors +mean +evicted by$/);
    expect(Math.max(...first.map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(first.join()).toContain('q quit');
    // It goes on looking.
    await terminal.until((lines) => rowsOf(lines).get('square')?.[3] !== rowsOf(first).get('square')![3]);

    const stats = await program.stats();
    const square = stats.find(({ name }) => name === 'square')!.stats;
    const users = stats.find(({ name }) => name === 'Users.find')!.stats;
    const wanted = ['all', '10', ...expectedOf(square, true)].join();
    const last = await terminal.until((lines) => rowsOf(lines).get('square')?.join() === wanted);
    expect(rowsOf(last).get('Users.find')).toEqual(['3', '6', ...expectedOf(users, true)]);

    terminal.press('n');
    const sorted = await terminal.until((lines) => lines.some((line) => line.startsWith('name▲')));
    expect([...rowsOf(sorted).keys()]).toEqual(['Users.find', 'price\\u001b[2J', 'square']);
    terminal.press('n');
    const turned = await terminal.until((lines) => lines.some((line) => line.startsWith('name▼')));
    expect([...rowsOf(turned).keys()]).toEqual(['square', 'price\\u001b[2J', 'Users.find']);
    terminal.press('r');
    await terminal.until(
      (lines) => lines.some((line) => line.includes('recv▼')) && [...rowsOf(lines).keys()][0] === 'Users.find',
    );

    terminal.press('/', 'qS');
    await terminal.until((lines) => lines.at(-1) === 'filter by name: qS█' && rowsOf(lines).size === 0);
    terminal.press('BSpace', 'BSpace', 'S', 'q');
    const filtered = await terminal.until((lines) => rowsOf(lines).size === 1);
    expect([...rowsOf(filtered).keys()]).toEqual(['square']);
    terminal.press('Enter');
    await terminal.until((lines) => lines.at(-1)!.includes('q quit'));
    terminal.press('q');
    await terminal.until((lines) => lines.at(-1) === 'status 0');
  } finally {
    terminal.close();
  }
}, 240_000);

test('memokit top in a terminal says that the program has ended', async () => {
  if (!Terminal.isThere()) return;
  const program = new Program(directory);
  const id = await program.line();
  const args = ['top', '--directory', directory, '--interval', '0.2'];
  const terminal = new Terminal(folder, [process.execPath, resolve(MAIN), ...args]);
  try {
    await terminal.until((lines) => rowsOf(lines).size === 3);
    await program.end();
    const lines = await terminal.until((each) => each.at(-1) === 'status 1');
    expect(lines.at(-2)).toBe(`memokit top: exposed.mjs (${id}) has ended`);
  } finally {
    terminal.close();
  }
}, 240_000);
