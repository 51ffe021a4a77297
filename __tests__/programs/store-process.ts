/**
 * A process with cached functions before a store on disk that others use too. Arguments: the directory, what to do, and a text.
 * It prints a line for each thing that it has done, and begins to act when it gets a line.
 */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { cacheOf, memoize } from 'memokit';
import { diskStore } from 'memokit/disk';

const [directory = '', task = '', kind = ''] = process.argv.slice(2);
const LEASE_MS = 500;
const COHERENCE = 100;
const store = diskStore(directory, { coherence: COHERENCE, leaseMs: LEASE_MS });
const lines = createInterface(process.stdin);
const say = (...words: unknown[]) => process.stdout.write(`${words.join(' ')}\n`);
const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
process.on('unhandledRejection', (error) => say('unhandled', error));

/** A version of the source, and when it was written. */
interface Version {
  readonly version: number;
  readonly at: number;
}

let loads = 0;
const block = (ms: number) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
const functions: Record<string, (key: string) => unknown> = {
  async: async () => {
    loads++;
    await sleep(300);
    return `loaded by ${process.pid}`;
  },
  sync: () => {
    loads++;
    block(300);
    return `loaded by ${process.pid}`;
  },
  promise: () => {
    loads++;
    return sleep(300).then(() => `loaded by ${process.pid}`);
  },
};

say('ready');
await once(lines, 'line');

const TASKS: Record<string, () => Promise<void>> = {
  /** 50 callers of one cold key. */
  async load() {
    const get = memoize(functions[kind]!, { store, name: 'get' });
    const values = new Set(await Promise.all(Array.from({ length: 50 }, () => get('cold'))));
    say('loads', loads);
    say('values', ...values);
  },

  /** A load that does not end. It says when it began. */
  async hang() {
    const get = memoize(
      async (_key: string) => {
        say('loading', Date.now());
        return new Promise<string>(() => {});
      },
      { store, name: 'hang' },
    );
    void get('cold');
    await new Promise(() => {});
  },

  /** A load that ends when a line comes. */
  async freeze() {
    const get = memoize(
      async (_key: string) => {
        say('loading');
        await once(lines, 'line');
        return 'old';
      },
      { store, name: 'freeze', tags: () => ['frozen'] },
    );
    say('given', await get('cold'));
    await cacheOf(get).delivered();
    say('memory', cacheOf(get).has('cold'));
    say('again', await get('cold'));
  },

  /** Loads at once what the frozen process has begun to load. */
  async overtake() {
    const get = memoize(async (_key: string) => 'new', { store, name: 'freeze', tags: () => ['frozen'] });
    say('given', await get('cold'));
  },

  /**
   * Reads a value in a loop, from memory as long as it may, until it sees the version `kind`. A line names a version that the others
   * have to see from now on. Says how long it took to see each, and how many reads began too late to see an older one.
   */
  async watch() {
    const read = (): Version => JSON.parse(readFileSync(join(directory, 'source.json'), 'utf8'));
    const get = memoize(async (_key: string) => read(), { store, name: 'watch', tags: () => ['watched'] });
    let required: Version = { version: 0, at: 0 };
    lines.on('line', (line) => (required = JSON.parse(line)));
    let [latest, late, tooLate, reads] = [0, 0, 0, 0];
    for (; latest < Number(kind); reads++) {
      const wanted = required;
      const begun = Date.now();
      const { version, at } = await get('k');
      if (version > latest) {
        say('seen', version, Date.now() - at);
        latest = version;
      }
      if (version < wanted.version && begun - wanted.at > COHERENCE + 20) late++;
      if (version < wanted.version && begun - wanted.at > COHERENCE + 1000) tooLate++;
      await new Promise(setImmediate);
    }
    say('late', late, tooLate, reads, cacheOf(get).stats().hits);
  },

  /** Ends with loads, a put and a deletion in flight, and closes nothing. */
  async leave() {
    const get = memoize((key: string) => (key === 'hang' ? new Promise<string>(() => {}) : sleep(50).then(() => key)), {
      store,
      name: 'leave',
    });
    void get('hang');
    void get('slow');
    cacheOf(get).put(['put'], Promise.resolve('put'));
    cacheOf(get).delete('slow');
    void cacheOf(get).delivered();
    lines.close();
    process.stdin.destroy();
  },
};

if (task === 'leave') void TASKS.leave!();
else {
  await TASKS[task]!();
  await store.close();
  lines.close();
}
