import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect, test } from '@jest/globals';
import * as roof from 'memokit';
import * as disk from 'memokit/disk';
import * as redis from 'memokit/redis';
import * as store from 'memokit/store';
import * as testing from 'memokit/testing';
import ts from 'typescript';

const FOLDERS = ['src', 'decorators'];

function filesUnder(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => path.endsWith('.ts'));
}

/** Every module that a file imports or re-exports, types included. */
function importsOf(file: string): string[] {
  return ts.preProcessFile(readFileSync(file, 'utf8')).importedFiles.map(({ fileName }) => fileName);
}

/** The room that a file belongs to: its folder, or the file itself at the top of src. */
function folderOf(file: string): string {
  const folder = dirname(file);
  return folder === 'src' ? relative('src', file) : folder.replace('src/', '');
}

const files = FOLDERS.flatMap(filesUnder);
const graph = new Map(
  files.map((file) => {
    const own = importsOf(file).filter((name) => name.startsWith('.'));
    return [file, own.map((name) => join(dirname(file), name).replace(/\.js$/, '.ts'))];
  }),
);

/** The files that any room may import, and what each of them imports. */
const GROUND: Record<string, string[]> = {
  'platform.ts': [],
  'errors.ts': ['platform.ts'],
  'call-all.ts': ['platform.ts'],
  'validate.ts': ['errors.ts', 'platform.ts'],
  'promise.ts': ['errors.ts', 'platform.ts'],
  'scrambled-map.ts': ['platform.ts'],
  'shared-registry.ts': ['platform.ts'],
};

/** Which rooms a room may import, beside itself and the ground. */
const ARROWS: Record<string, string[]> = {
  time: [],
  key: [],
  tags: ['key'],
  lru: ['time'],
  definition: ['lru', 'key', 'time'],
  cache: ['definition', 'lru', 'tags', 'key'],
  load: ['cache', 'definition', 'tags', 'key', 'time'],
  resilience: ['load', 'cache', 'definition', 'key', 'time'],
  batch: ['load', 'definition', 'key', 'time'],
  memoize: ['load', 'cache', 'definition', 'key'],
  'all-features.ts': ['memoize', 'batch', 'resilience'],
  invalidate: ['memoize', 'definition', 'tags'],
  codec: [],
  store: ['codec', 'time'],
  tier: ['resilience', 'load', 'cache', 'definition', 'tags', 'key', 'store', 'codec', 'time'],
  adapters: ['tier', 'store', 'codec', 'time'],
  disk: ['tier', 'store', 'time'],
  redis: ['tier', 'store', 'time'],
  observe: ['lru', 'key'],
  channels: ['observe', 'lru', 'key'],
  otel: ['observe', 'memoize', 'definition', 'lru', 'key'],
  prometheus: ['observe', 'memoize', 'definition', 'lru'],
  request: ['definition'],
  top: ['observe', 'memoize', 'definition', 'lru', 'time'],
  command: ['disk', 'top'],
  testing: ['store', 'memoize', 'time'],
  decorators: ['all-features.ts', 'invalidate', 'memoize', 'definition'],
  'index.ts': ['decorators', 'all-features.ts', 'invalidate', 'memoize', 'load', 'definition', 'lru', 'key', 'time'],
};

/** What a file may import. */
function allowedFor(file: string): string[] | undefined {
  const room = folderOf(file);
  const rooms = ARROWS[room];
  return GROUND[room] ?? (rooms && [room, ...rooms, ...Object.keys(GROUND)]);
}

test('CONTRIBUTING.md has the arrows that hold', () => {
  const rows = readFileSync('CONTRIBUTING.md', 'utf8').matchAll(/^\| `([\w./-]+)` \| .* \| (.+) \|$/gm);
  const told = new Map([...rows].map(([, folder, imports]) => [folder!.replace('src/', ''), imports!]));
  for (const [room, others] of Object.entries(ARROWS)) {
    if (told.get(room) === 'all of them') continue;
    const listed = told.get(room)?.match(/`[^`]+`/g) ?? [];
    expect({ room, imports: listed.map((name) => name.slice(1, -1)) }).toEqual({ room, imports: others });
  }
});

test('folders import only in the direction of the arrows', () => {
  expect(files.length).toBeGreaterThan(20);
  for (const [file, imports] of graph) {
    const allowed = allowedFor(file);
    expect({ file, isInTheTable: allowed !== undefined }).toEqual({ file, isInTheTable: true });
    for (const imported of imports) {
      expect({ file, imported, isAllowed: allowed!.includes(folderOf(imported)) }).toMatchObject({ isAllowed: true });
    }
  }
});

test('no file imports itself by way of others', () => {
  const path: string[] = [];
  const done = new Set<string>();
  const visit = (file: string): void => {
    expect(path).not.toContain(file);
    if (done.has(file)) return;
    path.push(file);
    for (const imported of graph.get(file) ?? []) visit(imported);
    path.pop();
    done.add(file);
  };
  for (const file of files) visit(file);
  expect(done.size).toBe(files.length);
});

test('no file of src is longer than 250 lines', () => {
  const lengths = files.map((file) => [file, readFileSync(file, 'utf8').trimEnd().split('\n').length] as const);
  expect(lengths.filter(([file, length]) => file.startsWith('src') && length > 250)).toEqual([]);
});

test('no class extends more than one class of ours', () => {
  const bases = new Map<string, string>();
  for (const file of files) {
    const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest);
    const visit = (node: ts.Node): void => {
      const clause =
        ts.isClassDeclaration(node) &&
        node.heritageClauses?.find(({ token }) => token === ts.SyntaxKind.ExtendsKeyword);
      if (clause && ts.isClassDeclaration(node))
        bases.set(node.name!.text, clause.types[0]!.expression.getText(source));
      ts.forEachChild(node, visit);
    };
    visit(source);
  }
  expect(bases.get('ManyEntries')).toBe('BoundedMap');
  expect([...bases.values()].filter((base) => bases.has(base) && !['MemokitError'].includes(base))).toEqual([]);
});

/** The rooms that import packages or parts of Node, and which. */
const FOREIGN: Record<string, RegExp> = {
  disk: /^lmdb$|^node:/,
  channels: /^node:diagnostics_channel$/,
  otel: /^@opentelemetry\/api$/,
  request: /^node:async_hooks$/,
  top: /^node:/,
  // The build puts the packages for the terminal into the program.
  command: /^node:|^(cli-table3|commander|log-update|picocolors)$/,
};

test('nothing that is published imports a package or a part of node, but the rooms that are made for it', () => {
  for (const file of files) {
    const foreign = importsOf(file).filter((name) => !/^\.{1,2}\//.test(name));
    const allowed = FOREIGN[folderOf(file)];
    expect({ file, foreign: foreign.filter((name) => !allowed?.test(name)) }).toEqual({ file, foreign: [] });
  }
  const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8'));
  expect(dependencies).toBe(undefined);
});

test('the public names are these', () => {
  expect(Object.keys(roof).sort()).toEqual([
    'ArgumentError',
    'BatchError',
    'LoadContextError',
    'LruCache',
    'MemokitError',
    'NotCachedError',
    'OneShotError',
    'OptionError',
    'PlacementError',
    'RecursionError',
    'TimeoutError',
    'cacheKey',
    'cacheOf',
    'cacheStatus',
    'cached',
    'cachedProxy',
    'caches',
    'clearAll',
    'evicts',
    'expireTags',
    'invalidateTags',
    'keyOf',
    'loadContext',
    'loadSignal',
    'memoize',
    'puts',
    'registerCacheKey',
    'setWaitUntil',
  ]);
});

test('the public names of memokit/testing are these', () => {
  expect(Object.keys(testing).sort()).toEqual([
    'clearBetweenTests',
    'disableCaching',
    'isolate',
    'settled',
    'storeContract',
  ]);
});

test('the public names of memokit/store are these', () => {
  expect(Object.keys(store).sort()).toEqual([
    'CodecError',
    'StoreError',
    'UnreadableError',
    'compressed',
    'decodeEntry',
    'encodeEntry',
    'encrypted',
    'json',
    'keyvStore',
    'memoryStore',
    'portable',
    'readHeader',
    'survives',
    'tiered',
    'unstorageStore',
    'v8',
  ]);
});

test('the public names of memokit/disk are these', () => {
  expect(Object.keys(disk).sort()).toEqual(['StoreError', 'diskStore', 'fingerprint']);
});

test('the public names of memokit/redis are these', () => {
  expect(Object.keys(redis).sort()).toEqual(['redisStore']);
});

test('exports are named one by one, and none is a default', () => {
  for (const file of files) {
    const text = readFileSync(file, 'utf8');
    expect(text).not.toMatch(/export \*|export default/);
    expect(text).toMatch(/\/\*\*|^export \{/);
  }
});

/** Bytes that `npm run -s sizes` may print for each name. docs/decisions.md tells what they are spent on. */
const BUDGETS = { LruCache: 6410, cached: 29740, memoize: 28140, keyOf: 4730 };

let measured: Record<string, number> | undefined;

for (const [name, budget] of Object.entries(BUDGETS)) {
  test(`import { ${name} } stays within ${budget} bytes, minified and gzipped`, () => {
    measured ??= JSON.parse(execFileSync(process.execPath, ['bench/sizes.mjs', '--json'], { encoding: 'utf8' }));
    const sizes = measured!;
    expect(sizes[name]).toBeGreaterThan(500);
    expect(sizes[name]).toBeLessThanOrEqual(budget);
  });
}

/** The titles of the tests in a file, templates as they are written. */
function titlesIn(file: string): Set<string> {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest);
  const titles = new Set<string>();
  const visit = (node: ts.Node): void => {
    // `test('title', …)`, and `test.each(…)('title', …)`.
    if (ts.isCallExpression(node) && /^test\b/.test(node.expression.getText(source))) {
      titles.add(node.arguments[0]!.getText(source).slice(1, -1));
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return titles;
}

test('every promise in docs/promises.md names a test that exists', () => {
  const promises = readFileSync('docs/promises.md', 'utf8');
  const named = [...promises.matchAll(/`([\w./-]+\.test\.ts)`: `([^`]+)`/g)];
  expect(named.length).toBeGreaterThan(30);
  const numbered = promises.match(/^\d+\. /gm) ?? [];
  expect(named.length).toBeGreaterThanOrEqual(numbered.length);
  const tested = [...new Set(named.map(([, file]) => file!))];
  const titles = new Map(tested.map((file) => [file, titlesIn(join('__tests__', file))]));
  for (const [, file, title] of named) {
    expect({ file, title, found: titles.get(file!)!.has(title!) }).toMatchObject({ found: true });
  }
});
