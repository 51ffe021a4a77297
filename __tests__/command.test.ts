import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, expect, test } from '@jest/globals';
import { type DiskStore, diskStore } from 'memokit/disk';

/** The program `memokit`, as it is built in `dist`. */

const folder = mkdtempSync(join(tmpdir(), 'memokit-command-'));
let directory: string;
let store: DiskStore;
let time: number;
let directories = 0;

beforeEach(() => {
  directory = join(folder, `${++directories}`);
  time = Date.now() - 3 * 86_400_000;
  store = diskStore(directory, { coherence: 0, clock: () => time });
  put('render@2', 'a', 1000);
  time += 2 * 86_400_000;
  put('render@2', 'b', 1000);
  put('render@2', 'k'.repeat(600), 10_000);
  put('names\n\u001b[2J@1', 'a', 10);
  for (const key of ['a', 'b', 'b']) expect(has('render@2', key)).toBe(true);
});
afterEach(() => store.close());
afterAll(() => rmSync(folder, { recursive: true }));

function put(namespace: string, key: string, length: number): void {
  const answer = store.leaseSync({ namespace, key }, 1000);
  if (answer.kind !== 'taken') throw new Error(answer.kind);
  store.fillSync(answer.lease, { value: new Uint8Array(length), ttl: Infinity, tags: [] });
}

function has(namespace: string, key: string): boolean {
  return store.readSync([{ namespace, key }])[0] !== undefined;
}

interface Outcome {
  status: number | null;
  stdout: string;
  stderr: string;
}

/** Runs the program. What it prints has `DIR` in place of the directory. */
function memokit(...args: string[]): Outcome {
  const given = [join('dist', 'command', 'main.js'), ...args];
  const { status, stdout, stderr } = spawnSync(process.execPath, given, { encoding: 'utf8' });
  return { status, stdout: stdout.replaceAll(directory, 'DIR'), stderr: stderr.replaceAll(directory, 'DIR') };
}

test('memokit store lists namespaces, entries, sizes, ages and hits, while the store is in use', async () => {
  // The reads of this process are told when it writes.
  put('render@2', 'c', 10);
  const listed = memokit('store', directory);
  // The texts of leases are of different lengths.
  expect({ ...listed, stdout: listed.stdout.replace(/4\d\d B/, '4.. B') }).toEqual({
    status: 0,
    stdout: `${[
      'namespace           entries   size  oldest  newest  hits',
      'names\\n\\u001b[2J@1        1  4.. B     1 d     1 d     0',
      'render@2                  4  18 kB     3 d     1 d     3',
      'all                       5  18 kB     3 d     1 d     3',
    ].join('\n')}\n`,
    stderr: '',
  });
  const { namespaces } = JSON.parse(memokit('store', directory, '--json').stdout);
  expect(namespaces).toEqual([
    expect.objectContaining({ namespace: 'names\n\u001b[2J@1', entries: 1, hits: 0 }),
    {
      namespace: 'render@2',
      entries: 4,
      bytes: expect.any(Number),
      hits: 3,
      oldestMs: expect.any(Number),
      newestMs: expect.any(Number),
    },
  ]);
  expect(namespaces[1].oldestMs - namespaces[1].newestMs).toBe(2 * 86_400_000);
});

test('the hits of a process that ends are told when it closes the store', async () => {
  await store.close();
  expect(JSON.parse(memokit('store', directory, '--json').stdout).namespaces[1].hits).toBe(3);
});

test('memokit store clears a namespace with --yes only, also for other processes', () => {
  const { status, stdout, stderr } = memokit('store', directory, 'clear', 'render@2');
  expect([status, stdout]).toEqual([1, '']);
  expect(stderr).toBe('memokit store: this would remove 3 entries (17 kB) of render@2 from DIR: add --yes to do it\n');
  expect(has('render@2', 'a')).toBe(true);
  const loading = store.leaseSync({ namespace: 'render@2', key: 'late' }, 1000);
  expect(memokit('store', directory, 'clear', 'render@2', '--yes')).toEqual({
    status: 0,
    stdout: 'removed 3 entries (17 kB) of render@2\n',
    stderr: '',
  });
  expect([has('render@2', 'a'), has('names\n\u001b[2J@1', 'a'), store.size().entries]).toEqual([false, true, 1]);
  const entry = { value: new Uint8Array(1), ttl: 1000, tags: [] };
  expect(loading.kind === 'taken' && store.fillSync(loading.lease, entry)).toBe('fenced');
});

test('a namespace can be cleared by the text that the list shows for it', () => {
  put('a\u061c\u00a0\u{e0001}b@1', 'k', 10);
  const { stdout } = memokit('store', directory);
  expect(stdout).toContain('a\\u{61c}\\u{a0}\\u{e0001}b@1');
  const cleared = memokit('store', directory, 'clear', 'a\\u{61c}\\u{a0}\\u{e0001}b@1', '--yes');
  expect([cleared.status, cleared.stdout]).toEqual([0, expect.stringMatching(/^removed 1 entry \(/)]);
  expect(has('a\u061c\u00a0\u{e0001}b@1', 'k')).toBe(false);
});

test('memokit store clears everything with --all and --yes', () => {
  expect(memokit('store', directory, 'clear', '--all').stderr).toMatch(/^memokit store: this would remove 4 entries /);
  expect(memokit('store', directory, 'clear', '--all', '--yes').stdout).toMatch(
    /^removed 4 entries \(.*\) of all name/,
  );
  expect(memokit('store', directory).stdout).toBe('DIR has no entries\n');
  expect(has('render@2', 'a')).toBe(false);
});

test('a command that is none, and a namespace that is not there, are refused in one line', () => {
  const wrong: [string[], RegExp][] = [
    [['store'], /^memokit store: expected a directory\n$/],
    [['store', directory, 'remove'], /^memokit store: expected 'clear NAMESPACE' or nothing after the .*: remove\n$/],
    [['store', directory, 'clear'], /^memokit store: expected a namespace after clear, or --all\n$/],
    [['store', directory, 'clear', 'a', '--all'], /^memokit store: expected a namespace after clear, or --all\n$/],
    [['store', directory, 'clear', 'none@1', '--yes'], /^memokit store: DIR has no entries of none@1\n$/],
    [['store', ''], /^memokit store: expected a directory\n$/],
    [['store', directory, '--all'], /^memokit store: expected clear before --all or --yes\n$/],
    [['store', directory, '--force'], /^memokit store: unknown option '--force'/],
    [['stores'], /^memokit: unknown command 'stores'\n\(Did you mean store\?\)\n$/],
    [[], /^memokit: expected a subcommand\n/],
  ];
  for (const [args, message] of wrong) {
    const { status, stdout, stderr } = memokit(...args);
    expect([args, status, stdout]).toEqual([args, 1, '']);
    expect(stderr).toMatch(message);
  }
  for (const help of [['--help'], ['store', '--help'], ['top', '--help']])
    expect(memokit(...help)).toMatchObject({ status: 0, stderr: '' });
  expect(memokit('--help').stdout).toMatch(/^ {2}top .*\n {2}store /m);
});

test('a store whose data was cut or overwritten is refused', async () => {
  const data = join(directory, 'data.mdb');
  await store.close();
  for (const [damage, message] of [
    [() => truncateSync(data, 3 * 4096), /DIR: data\.mdb was cut\n$/],
    [() => writeFileSync(data, 'text'), /DIR: data\.mdb is damaged or was written by another program\n$/],
  ] as const) {
    damage();
    for (const more of [[], ['clear', '--all', '--yes']]) {
      const { status, stderr } = memokit('store', directory, ...more);
      expect([status, stderr]).toEqual([1, expect.stringMatching(message)]);
    }
  }
});

test('a directory that is no store is refused, and neither made nor changed', () => {
  const [none, other, newer] = ['none', 'other', 'newer'].map((name) => join(folder, name)) as [string, string, string];
  for (const path of [other, newer]) mkdirSync(path);
  writeFileSync(join(other, 'package.json'), '{}');
  writeFileSync(join(newer, 'FORMAT'), 'memokit store 2\n');
  for (const path of [none, other])
    for (const more of [[], ['clear', '--all', '--yes']])
      expect(memokit('store', path, ...more)).toEqual({
        status: 1,
        stdout: '',
        stderr: `memokit store: ${path}: expected a store, but it is none\n`,
      });
  expect(memokit('store', newer).stderr).toMatch(/expected a store of format 'memokit store 1', but it is one of/);
  expect([existsSync(none), readdirSync(other), readdirSync(newer)]).toEqual([false, ['package.json'], ['FORMAT']]);
});
