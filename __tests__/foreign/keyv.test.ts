/**
 * Source: the tests that @keyv/test-suite 2.1.2 ships (github.com/jaredwray/keyv), run as they are from
 * `packages/node_modules`. They are given a Keyv whose storage adapter is a store of memokit. Then what `keyvStore` makes of
 * Keyv 6, which runs on newer Nodes only. docs/foreign.md lists the differences by choice.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, jest, test } from '@jest/globals';
import Keyv from 'keyv';
import { diskStore } from 'memokit/disk';
import { keyvStore, memoryStore, type Store, unstorageStore } from 'memokit/store';
import { storeContract } from 'memokit/testing';
import { createStorage } from 'unstorage';
import { KeyvStorage } from './adapters.js';

const PACKAGES = join(__dirname, 'packages', 'node_modules');
const SUITE = join(PACKAGES, '@keyv', 'test-suite');
const required = createRequire(join(PACKAGES, 'none.js'));

const folder = mkdtempSync(join(tmpdir(), 'memokit-keyv-'));
afterAll(() => rmSync(folder, { recursive: true }));
afterAll(() => void jest.restoreAllMocks());

/** Whether the packages are installed. CI must not pass without them. */
function isInstalled(): boolean {
  if (existsSync(SUITE)) return true;
  const missing = 'NOT TESTED: the suite of Keyv, which `npm run foreign` installs';
  if (process.env.CI) throw new Error(missing);
  console.warn(missing);
  return false;
}

const STORES: Record<string, () => Store> = {
  memoryStore: () => memoryStore(),
  diskStore: () => diskStore(join(folder, 'disk')),
  'keyvStore over memory': () => keyvStore(new Keyv()),
  'unstorageStore over memory': () => unstorageStore(createStorage()),
};

/** The tests that fail. A cache has no list of its keys, so there is nothing to iterate over. */
const DIFFERENCES = [
  '.iterator() returns an asyncIterator',
  'iterator() iterates over all values',
  "iterator() doesn't yield values from other namespaces",
  "iterator() doesn't yield expired values, and deletes them",
];

type Body = (given: { expect: unknown }) => unknown;

/** jest counts the assertions of all tests of a suite as those of one, so it must not be asked for their number. */
const given = { expect: Object.assign((value: unknown) => expect(value), { assertions: () => {} }) };

/** A test runner that collects the tests of a suite instead of running them at once. */
function collected(suite: (runner: unknown) => void): { title: string; run: Body; before: Body[] }[] {
  const tests: { title: string; run: Body; before: Body[] }[] = [];
  const before: Body[] = [];
  suite({
    beforeEach: (body: Body) => before.push(body),
    afterEach: () => {},
    it: (title: string, run: Body) => tests.push({ title, run, before: [...before] }),
  });
  return tests;
}

test.each(Object.entries(STORES))(
  'Keyv over %s passes the suite of Keyv, except for what is listed',
  async (_, make) => {
    if (!isInstalled()) return;
    const { default: keyvTestSuite, keyvIteratorTests } = required('@keyv/test-suite');
    const { default: SuitesKeyv } = required('keyv');
    const store = make();
    // The suite gives one adapter its deserializer, so it has to get the same one each time that it asks in one test.
    const adapter = new KeyvStorage(store);
    const adapters = () => Object.assign(new KeyvStorage(store), { opts: adapter.opts });
    const tests = [keyvTestSuite, keyvIteratorTests].flatMap((suite) =>
      collected((runner) => suite(runner, SuitesKeyv, adapters)),
    );
    expect(tests.length).toBeGreaterThan(35);
    const failed: string[] = [];
    for (const { title, run, before } of tests) {
      for (const prepare of before) await prepare(given);
      try {
        await run(given);
      } catch {
        failed.push(title);
      }
    }
    await store.close();
    expect(failed).toEqual(DIFFERENCES);
  },
  60_000,
);

test('keyvStore keeps its part of the contract over Keyv 6 too, and takes it by its type', async () => {
  if (!isInstalled()) return;
  const { Keyv: Keyv6 } = required('keyv-6');
  const data = new Map();
  const outcomes = new Set<string>();
  let namespaces = 0;
  const cases = storeContract(() => {
    const namespace = `case${++namespaces}`;
    let time = Date.now();
    const clock = () => time;
    const [store, other] = [1, 2].map(() => keyvStore(new Keyv6({ store: data, namespace }), { clock }));
    return { store: store!, other: other!, advance: (ms) => void (time += ms) };
  });
  for (const outcome of await Promise.all(cases.map(({ run }) => run()))) outcomes.add(outcome);
  expect([...outcomes].sort()).toEqual(['passed', 'skipped']);

  const at = (path: string) => [join(process.cwd(), path)];
  const paths = { 'keyv-6': [join(PACKAGES, 'keyv-6')], 'memokit/store': at('dist/store.d.ts') };
  const common = { strict: true, module: 'ESNext', moduleResolution: 'Bundler', target: 'ES2022', noEmit: true };
  const config = { compilerOptions: { ...common, skipLibCheck: true, types: [], paths }, files: ['use.ts'] };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
  const use = "import { Keyv } from 'keyv-6';\nimport { keyvStore } from 'memokit/store';\nkeyvStore(new Keyv());\n";
  writeFileSync(join(folder, 'use.ts'), `${use}keyvStore(new Keyv<string>(new Map()), { clock: () => 0 });\n`);
  const compiled = spawnSync(process.execPath, [...at('node_modules/typescript/bin/tsc'), '-p', folder]);
  expect(`${compiled.stdout}`).toBe('');
}, 60_000);
