import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { Redis } from 'ioredis';
import { end, isUp, type RedisServer, startRedis } from './redis-server.js';
import { until } from './until.js';
import { within } from './within.js';

let made: string | undefined;

/** The file of the program, which is made once: a process that has to compile it takes seconds to start. */
function program(): string {
  if (made !== undefined) return made;
  const directory = mkdtempSync(join(tmpdir(), 'memokit-fleet-'));
  process.on('exit', () => rmSync(directory, { recursive: true, force: true }));
  const alias = { memokit: './src/index.ts', 'memokit/redis': './src/redis/index.ts' };
  buildSync({
    entryPoints: ['__tests__/programs/tier-worker.ts'],
    outdir: directory,
    outExtension: { '.js': '.mjs' },
    alias,
    bundle: true,
    platform: 'node',
    target: 'es2022',
    format: 'esm',
    // What is imported later is a file of its own.
    splitting: true,
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  });
  made = join(directory, 'tier-worker.mjs');
  return made;
}

/** A process of programs/tier-worker.ts. */
export class Worker {
  readonly process: ChildProcess;
  readonly started: Promise<unknown>;
  errors = '';
  #last = 0;
  readonly #answers = new Map<number, { resolve(answer: unknown): void; reject(error: Error): void }>();

  constructor(port: number, databasePort: number, options: object) {
    const args = [program(), `${port}`, `${databasePort}`, JSON.stringify(options)];
    this.process = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
    this.process.stderr!.on('data', (data) => (this.errors += data));
    this.started = this.#answer(0, 'the start of a worker', START_DEADLINE);
    this.process.on('message', ({ id, answer }: { id: number; answer: unknown }) => {
      this.#answers.get(id)?.resolve(answer);
      this.#answers.delete(id);
    });
    this.process.on('exit', () => {
      const error = new Error(`the worker has ended: ${this.errors}`);
      for (const { reject } of this.#answers.values()) reject(error);
    });
  }

  /** Has the process do one of its tasks. Fails if the process ends first, and if the answer does not come in time. */
  ask<T = string>(name: string, ...args: unknown[]): Promise<T> {
    const id = ++this.#last;
    const answer = this.#answer<T>(id, `the answer of a worker to ${name}(${`${args}`.slice(0, 50)})`);
    this.process.send({ id, name, args }, (error) => error && this.#answers.get(id)?.reject(error));
    return answer;
  }

  async kill(): Promise<void> {
    await end(this.process);
  }

  #answer<T>(id: number, what: string, deadline = ANSWER_DEADLINE): Promise<T> {
    const answer = new Promise<unknown>((resolve, reject) => this.#answers.set(id, { resolve, reject }));
    const asked = within(deadline, what, answer as Promise<T>);
    // A test may have ended before the process that it asked.
    asked.catch(() => {});
    return asked;
  }
}

/** The milliseconds that a process has for its start, and for a task. A machine that is busy takes many of them. */
const START_DEADLINE = 60_000;
const ANSWER_DEADLINE = 20_000;

/** A store, a database that knows how often it was asked, and processes that share the store. */
export class Fleet {
  workers: Worker[] = [];
  readonly server: RedisServer;
  readonly #database: RedisServer;
  readonly database: Redis;
  /** A connection of the test to the server of the store. */
  readonly admin: Redis;

  static async start(): Promise<Fleet> {
    const [server, database] = await Promise.all([startRedis(), startRedis()]);
    return new Fleet(server, database);
  }

  constructor(server: RedisServer, database: RedisServer) {
    this.server = server;
    this.#database = database;
    this.database = new Redis({ port: database.port });
    this.admin = new Redis({ port: server.port, retryStrategy: () => 50, maxRetriesPerRequest: null });
    this.admin.on('error', () => {});
  }

  /** Starts processes that listen to each other. */
  async work(count: number, options: object = {}, port = this.server.port): Promise<Worker[]> {
    const workers = Array.from({ length: count }, () => new Worker(port, this.#database.port, options));
    this.workers.push(...workers);
    await Promise.all(workers.map(({ started }) => started));
    if (await isUp(port)) {
      const hears = async (worker: Worker) => !(await stateOf(worker)).isBlind;
      await Promise.all(workers.map((worker) => until(() => hears(worker), 'the channel of a worker')));
    }
    return workers;
  }

  /** Writes a row to the database. */
  async write(key: string, version: number): Promise<void> {
    await this.database.set(`version:${key}`, version);
  }

  async loads(key: string): Promise<number> {
    return Number(await this.database.get(`loads:${key}`));
  }

  /** Ends the processes, and empties the store and the database. A test that failed may have left the server frozen or dead. */
  async clear(): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.kill()));
    this.workers = [];
    this.server.thaw();
    if (!this.server.isRunning()) await this.server.start();
    const emptied = Promise.all([this.admin.flushall(), this.database.flushall()]);
    await within(ANSWER_DEADLINE, 'the emptying of the servers', emptied);
  }

  async end(): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.kill()));
    this.admin.disconnect();
    this.database.disconnect();
    await Promise.all([this.server.end(), this.#database.end()]);
  }
}

export interface WorkerState {
  readonly status: string;
  readonly isBlind: boolean;
  readonly failures: number;
  readonly error: string;
}

export function stateOf(worker: Worker): Promise<WorkerState> {
  return worker.ask<WorkerState>('state');
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
