import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { type DiskStore, diskStore } from 'memokit/disk';
import { compiledProgram } from './support/run.js';

/** The store on disk, used by real processes at once. */

jest.setTimeout(process.env.TEST_LONG ? 1_800_000 : 120_000);

const LEASE_MS = 500;
const KEY = { namespace: 'slow@1', key: 'cold' };
let directory: string;
let store: DiskStore;
let clients: Client[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'memokit-processes-'));
  store = diskStore(directory, { maxBytes: '20MB', coherence: 0, leaseMs: LEASE_MS });
});

afterEach(async () => {
  for (const client of clients) await client.kill();
  clients = [];
  await store.close();
  rmSync(directory, { recursive: true });
});

/** A process of programs/disk-client.ts. */
class Client {
  readonly process: ChildProcess;
  readonly #lines: string[] = [];
  #wake = () => {};
  #errors = '';

  constructor(task: string, figure = 0) {
    const args = [compiledProgram('__tests__/programs/disk-client.ts'), directory, task, `${figure}`];
    this.process = spawn(process.execPath, args, { stdio: 'pipe' });
    createInterface(this.process.stdout!).on('line', (line) => {
      this.#lines.push(line);
      this.#wake();
    });
    this.process.stderr!.on('data', (data) => (this.#errors += data));
    this.process.on('exit', () => this.#wake());
    clients.push(this);
  }

  /** Waits for the next line that begins with a word. Returns the rest of it. */
  async next(word: string): Promise<string> {
    for (;;) {
      const line = this.#lines.shift();
      if (line?.split(' ')[0] === word) return line.slice(word.length + 1);
      if (line !== undefined) continue;
      if (this.process.exitCode !== null) throw new Error(`the process has ended\n${this.#errors}`);
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  /** The lines that were printed and not waited for. */
  rest(): string[] {
    return this.#lines.splice(0);
  }

  go(): void {
    this.process.stdin!.write('go\n');
  }

  async kill(): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    this.process.kill('SIGKILL');
    await once(this.process, 'close');
  }
}

async function started(task: string, figure?: number): Promise<Client> {
  const client = new Client(task, figure);
  await client.next('ready');
  return client;
}

test('four processes with 50 callers each of a cold key load it once', async () => {
  const four = await Promise.all([1, 2, 3, 4].map(() => started('load', 300)));
  for (const client of four) client.go();
  const loads = await Promise.all(four.map((client) => client.next('loads')));
  const values = await Promise.all(four.map((client) => client.next('values')));
  expect(loads.sort()).toEqual(['0', '0', '0', '1']);
  expect(new Set(values).size).toBe(1);
});

const HOLDERS = process.env.TEST_LONG ? 10 : 1;

test('a load of a process that was killed is begun again when its lease ends', async () => {
  const delays: number[] = [];
  for (let round = 0; round < HOLDERS; round++) {
    store.clear();
    const [holder, next] = await Promise.all([started('hang'), started('hang')]);
    holder.go();
    await holder.next('loading');
    next.go();
    // The holder renews its lease, so the other waits longer than a lease.
    await new Promise((resolve) => setTimeout(resolve, 3 * LEASE_MS));
    expect(next.rest()).toEqual([]);
    const killed = Date.now();
    await holder.kill();
    await next.next('loading');
    delays.push(Date.now() - killed);
    await next.kill();
  }
  report(`the next load began ${delays.join(', ')} ms after a holder of ${LEASE_MS} ms was killed`);
  // 50 ms are promised, on a machine that has a core for each process.
  expect(Math.max(...delays)).toBeLessThan(LEASE_MS + 1000);
});

test('a process that was frozen past its lease fills nothing when it wakes', async () => {
  const holder = await started('freeze');
  holder.go();
  await holder.next('loading');
  holder.process.kill('SIGSTOP');
  await new Promise((resolve) => setTimeout(resolve, 2 * LEASE_MS));
  holder.go();
  holder.process.kill('SIGCONT');
  expect(await holder.next('fill')).toBe('fenced');
  expect(store.readSync([KEY])).toEqual([undefined]);
});

test('a process that was frozen past its lease does not overwrite the value that was loaded instead', async () => {
  const holder = await started('freeze');
  holder.go();
  await holder.next('loading');
  holder.process.kill('SIGSTOP');
  await new Promise((resolve) => setTimeout(resolve, 2 * LEASE_MS));
  fill(store, 'new');
  holder.go();
  holder.process.kill('SIGCONT');
  expect(await holder.next('fill')).toBe('fenced');
  expect(Buffer.from(store.readSync([KEY])[0]!.value).toString()).toBe('new');
});

test('other processes learn of an invalidation within the time that they may not know of it', async () => {
  const watchers = await Promise.all([started('watch', 0), started('watch', 100)]);
  for (const watcher of watchers) watcher.go();
  const delays: number[][] = [[], []];
  for (let round = 0; round < 20; round++) {
    const now = Date.now();
    store.invalidateSync({ keys: [KEY] });
    fill(store, `${now}`);
    for (const [index, watcher] of watchers.entries()) {
      const [value, delay] = (await watcher.next('seen')).split(' ').map(Number);
      expect(value).toBe(now);
      delays[index]!.push(delay!);
    }
  }
  const median = (values: number[]) => values.sort((one, other) => one - other)[10];
  // Other tests run beside a short run.
  const slack = process.env.TEST_LONG ? 50 : 450;
  expect(median(delays[0]!)).toBeLessThan(slack);
  expect(median(delays[1]!)).toBeLessThan(100 + slack);
});

const ANSWERS = process.env.TEST_LONG ? 1000 : 30;

test('no process reads an older value from its memory after the time in which it may, while all are busy', async () => {
  const coherence = 50;
  const [reader] = await Promise.all([started('answer', coherence), started('burden')]);
  for (const client of clients) client.go();
  let stale = 0;
  for (let round = 1; round <= ANSWERS; round++) {
    store.invalidateSync({ keys: [KEY] });
    fill(store, `${round}`);
    await new Promise((resolve) => setTimeout(resolve, coherence + 20));
    reader!.go();
    if ((await reader!.next('answer')) !== `${round}`) stale++;
  }
  expect(stale).toBe(0);
});

const FILLS = process.env.TEST_LONG ? 1_000_000 : 20_000;

test('a process that fills distinct keys stays within maxBytes, and its memory does not grow', async () => {
  const filler = await started('many', FILLS);
  filler.go();
  const sizes: [file: number, heap: number, resident: number][] = [];
  while (sizes.length < 10) sizes.push((await filler.next('size')).split(' ').map(Number) as [number, number, number]);
  const [files, heaps, resident] = [0, 1, 2].map((place) => sizes.map((size) => size[place]!)) as number[][];
  const inMB = (bytes: number[]) => bytes.map((size) => (size / 1e6).toFixed(1)).join(' ');
  report(`${FILLS} fills: file ${inMB(files!)}, heap ${inMB(heaps!)}, resident memory ${inMB(resident!)} MB`);
  expect(JSON.parse(await filler.next('state'))).toMatchObject({ status: 'working', failures: 0 });
  expect(Math.max(...files!)).toBeLessThan(22e6);
  expect(store.size().entries).toBeGreaterThan(5000);
  // Each figure has some megabytes of what LMDB frees later, so that the least of each half tell whether memory grows.
  expect(Math.min(...heaps!.slice(5)) - Math.min(...heaps!.slice(0, 5))).toBeLessThan(2e6);
});

test('the directory does not grow when the same work is done again, with and without kills between', async () => {
  const sizes: number[] = [];
  // The log of invalidations grows up to its bound.
  for (let index = 0; index < 5000; index++) store.invalidateSync({ keys: [KEY] });
  for (let run = 0; run < 10; run++) {
    const worker = await started('work', 2000);
    worker.go();
    const [loads, size] = (await worker.next('worked')).split(' ').map(Number) as [number, number];
    sizes.push(size);
    if (run > 0) expect(loads).toBeLessThan(500);
    if (run % 2 === 0) await worker.kill();
  }
  report(`ten runs of the same work: file of ${sizes.map((size) => Math.round(size / 1e3))} kB`);
  expect(Math.max(...sizes.slice(5))).toBeLessThanOrEqual(1.02 * Math.max(...sizes.slice(0, 5)));
});

test('the directory does not grow because a process was killed while it read', async () => {
  const [viewer, filler] = await Promise.all([started('view'), started('many', 20_000)]);
  viewer.go();
  await viewer.next('viewing');
  await viewer.kill();
  filler.go();
  await filler.next('state');
  expect(statSync(join(directory, 'data.mdb')).size).toBeLessThan(22e6);
});

const KILLS = process.env.TEST_LONG ? 200 : 5;

test('no kill of a writing process damages an entry, or loses one that was acknowledged', async () => {
  const latest = new Map<string, string>();
  let acknowledged = 0;
  let found = 0;
  for (let kill = 0; kill < KILLS; kill++) {
    const writer = await started('write');
    writer.go();
    await writer.next('stored').then(note);
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 150));
    await writer.kill();
    for (const line of writer.rest()) note(line.replace('stored ', ''));
    const again = diskStore(directory, { maxBytes: '20MB' });
    for (const [key, id] of latest) {
      const [entry] = again.readSync([{ namespace: 'kills@1', key }]);
      found++;
      const [digest, ...words] = Buffer.from(entry!.value).toString().split(' ');
      const body = words.join(' ');
      expect(createHash('sha256').update(body).digest('hex')).toBe(digest);
      expect(words[0]).toBe(key);
      // A fill may be there whose acknowledgement was not read.
      const [process, fill] = words[1]!.split('.').map(Number);
      const [knownProcess, knownFill] = id.split('.').map(Number);
      if (process === knownProcess) expect(fill).toBeGreaterThanOrEqual(knownFill!);
      else expect(process).toBe(writer.process.pid);
    }
    await again.close();
  }
  report(`${KILLS} kills, ${acknowledged} fills that were acknowledged, ${found} entries found whole`);
  expect(latest.size).toBeGreaterThan(10);
  expect(statSync(join(directory, 'data.mdb')).size).toBeLessThan(22e6);

  function note(line: string): void {
    acknowledged++;
    const [key, id] = line.split(' ') as [string, string];
    latest.set(key, id);
  }
});

/** Prints a figure in a long run, which docs/stores.md tells. */
function report(text: string): void {
  if (process.env.TEST_LONG) process.stderr.write(`${text}\n`);
}

/** Fills the key at once. */
function fill(client: DiskStore, text: string): void {
  const [entry] = client.readSync([KEY]);
  const answer = client.leaseSync(KEY, LEASE_MS, entry?.token);
  if (answer.kind !== 'taken') throw new Error(answer.kind);
  expect(client.fillSync(answer.lease, { value: Buffer.from(text), ttl: Infinity, tags: [] })).toBe('stored');
}
