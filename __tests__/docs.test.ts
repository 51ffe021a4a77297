import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import * as roof from 'memokit';
import * as testing from 'memokit/testing';
import ts from 'typescript';

/** The pages for users. Each block marked `ts` in them is a program, which is run; a block marked `ts fragment` is not. */
const PAGES = [
  'README.md',
  'docs/codecs.md',
  'docs/comparison.md',
  'docs/compilers.md',
  'docs/errors.md',
  'docs/guide.md',
  'docs/keys.md',
  'docs/migrate.md',
  'docs/nestjs.md',
  'docs/observability.md',
  'docs/options.md',
  'docs/recipes.md',
  'docs/request-scope.md',
  'docs/stores.md',
  'docs/workers.md',
  'examples/README.md',
];

/** Pages for the legacy dialect, whose programs need the types of parameters as metadata. */
const LEGACY = ['docs/nestjs.md'];

/** Pages whose links are checked too. */
const REFERENCE = ['SECURITY.md', 'bench/README.md', 'docs/hosts.md', 'docs/performance.md'];

const read = (page: string) => readFileSync(page, 'utf8');

const folder = mkdtempSync(join(tmpdir(), 'memokit-docs-'));
const programs = PAGES.flatMap((page) => programsOf(page, read(page)));

jest.setTimeout(60_000);

beforeAll(() => {
  // So that the programs find the packages that they import.
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
  for (const { file, text } of programs)
    writeFileSync(join(folder, `${file}.ts`), isLegacy(file) ? legacy(text) : text);
  // All at once, since tsx would compile the package again for each.
  const paths = programs.map(({ file }) => join(folder, `${file}.ts`));
  const flags = [
    '--bundle',
    '--splitting',
    '--format=esm',
    '--platform=node',
    '--target=es2022',
    '--keep-names',
    '--external:lmdb',
    '--external:@opentelemetry/*',
    '--external:@nestjs/*',
    '--external:reflect-metadata',
  ];
  const places = ['--tsconfig=tsconfig.json', `--outdir=${folder}`, '--out-extension:.js=.mjs', '--log-level=warning'];
  execFileSync(process.execPath, ['node_modules/esbuild/bin/esbuild', ...paths, ...flags, ...places]);
});

afterAll(() => rmSync(folder, { recursive: true }));

for (const { file, text } of programs) {
  const promised = [...text.matchAll(/\/\/ prints: (.*)$/gm)].map(([, line]) => line);

  test.concurrent(`${file} prints what it says`, async () => {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [join(folder, `${file}.mjs`)]);
    expect(promised).not.toEqual([]);
    expect({ lines: stdout.split('\n').slice(0, -1), stderr }).toEqual({ lines: promised, stderr: '' });
  });
}

test('every program in the documentation has the right types', () => {
  const found = [false, true].flatMap((legacyOnes) => {
    const name = legacyOnes ? 'tsconfig.legacy.json' : 'tsconfig.json';
    const { options } = ts.getParsedCommandLineOfConfigFile(
      name,
      {},
      { ...ts.sys, onUnRecoverableConfigFileDiagnostic: () => {} },
    )!;
    const own = programs.filter(({ file }) => isLegacy(file) === legacyOnes);
    const paths = own.map(({ file, text }) => {
      const path = join(folder, `${file}.checked.ts`);
      writeFileSync(path, text);
      return path;
    });
    const checked = ts.createProgram(paths, options);
    return paths.flatMap((path) => ts.getPreEmitDiagnostics(checked, checked.getSourceFile(path)));
  });
  expect(found.map(({ file, messageText }) => ({ file: file?.fileName, messageText }))).toEqual([]);
});

test('every option has a row in the README', () => {
  const [section] = /^## Options of .*?^## /ms.exec(read('README.md'))!;
  // The options of async methods have one row in common.
  const firstCells = [...section.matchAll(/^\| ([^|]*) \|/gm)].map(([, cell]) => cell!);
  const names = firstCells.flatMap((cell) => [...cell.matchAll(/`(\w+)`/g)].map(([, name]) => name));
  expect(names.sort()).toEqual(optionNames().sort());
});

test('every option has a row in docs/options.md and a section with a program in the guide', () => {
  const rows = [...read('docs/options.md').matchAll(/^\| \[`(\w+)`\]\(guide\.md#([\w-]+)\)/gm)];
  expect(rows.map(([, name]) => name).sort()).toEqual(optionNames().sort());
  const sections = new Map(
    read('docs/guide.md')
      .split(/^## /m)
      .map((section) => [anchorsOf(`## ${section}`)[0], section]),
  );
  const missing = rows.filter(([, name, anchor]) => {
    const section = sections.get(anchor) ?? '';
    const [heading] = section.split('\n');
    return !heading!.match(/\w+/g)?.includes(name!) || !section.includes('```ts\n');
  });
  expect(missing.map(([, name]) => name)).toEqual([]);
});

test('every public name is told of in the documentation', () => {
  const code = PAGES.flatMap((page) => [
    ...read(page)
      .replace(/^```.*?^```$/gms, '')
      .matchAll(/`([^`]+)`/g),
  ]);
  const told = new Set(code.flatMap(([, span]) => span!.match(/\w+/g)));
  const names = [...Object.keys(roof), ...Object.keys(testing)];
  expect(names.filter((name) => !told.has(name))).toEqual([]);
});

test('every error has a row in the README, with its code', () => {
  const errors = Object.entries(roof).filter(([name]) => /Error$/.test(name) && name !== 'MemokitError');
  const codes = errors.map(([name, Class]) => [name, new (Class as new () => roof.MemokitError)().code]);
  for (const page of ['README.md', 'docs/errors.md']) {
    const rows = [...read(page).matchAll(/^\| `(\w+Error)` \| `(\w+)` \|/gm)].map(([, name, code]) => [name, code]);
    expect({ page, rows: rows.sort() }).toEqual({ page, rows: codes.sort() });
  }
});

test('every link within the documentation leads to a heading', () => {
  const links = [...PAGES, ...REFERENCE].flatMap((page) => linksIn(page, read(page)));
  const anchored = links.filter(({ anchor }) => anchor !== undefined);
  expect(anchored.length).toBeGreaterThan(100);
  expect(links.filter(({ target }) => !existsSync(target))).toEqual([]);
  expect(anchored.filter(({ target, anchor }) => !anchorsOf(read(target)).includes(anchor!))).toEqual([]);
});

function programsOf(page: string, markdown: string): { file: string; text: string }[] {
  return [...markdown.matchAll(/^```ts\n(.*?)^```$/gms)].map(({ 1: text, index }) => {
    const line = markdown.slice(0, index).split('\n').length;
    return { file: `${page.replace('/', '-')}-line-${line}`, text: text! };
  });
}

function isLegacy(file: string): boolean {
  return LEGACY.some((page) => file.startsWith(page.replace('/', '-')));
}

/** Compiles the decorators of a program, with metadata, which esbuild does not emit. */
function legacy(text: string): string {
  const { ES2022: target } = ts.ScriptTarget;
  const { ESNext: module } = ts.ModuleKind;
  const dialect = { experimentalDecorators: true, emitDecoratorMetadata: true };
  return ts.transpileModule(text, { compilerOptions: { target, module, ...dialect } }).outputText;
}

/** All options, as the refusal of one that does not exist lists them. */
function optionNames(): string[] {
  try {
    roof.memoize(() => 1, { none: 1 } as object);
  } catch (error) {
    return /expected (.*), but got/.exec((error as Error).message)![1]!.split(' ');
  }
  return [];
}

/** What stands for a heading in a link, as GitHub has it. */
function anchorsOf(markdown: string): string[] {
  return [...markdown.replace(/^```.*?^```$/gms, '').matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replace(/ /g, '-'),
  );
}

/** The links of a page to files of this repository, and to headings in them. Fenced code and code spans hold none. */
function linksIn(page: string, markdown: string): { page: string; target: string; anchor: string | undefined }[] {
  const prose = markdown.replace(/^```.*?^```$/gms, '').replace(/`[^`\n]*`/g, '');
  return [...prose.matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)]+))?\)/g)].map(([, path, anchor]) => ({
    page,
    target: path ? join(dirname(page), path) : page,
    anchor,
  }));
}
