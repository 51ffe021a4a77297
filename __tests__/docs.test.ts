import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import * as roof from 'memokit';
import * as testing from 'memokit/testing';
import ts from 'typescript';

/** What the documentation says, run: each block marked `ts` is a program, but one marked `ts fragment`. */
const README = readFileSync('README.md', 'utf8');
const GUIDE = readFileSync('docs/guide.md', 'utf8');

const folder = mkdtempSync(join(tmpdir(), 'memokit-docs-'));
const programs = [...programsOf('README.md', README), ...programsOf('guide.md', GUIDE)];

jest.setTimeout(60_000);

beforeAll(() => {
  for (const { file, text } of programs) writeFileSync(join(folder, `${file}.ts`), text);
  // All at once, since tsx would compile the package again for each.
  const paths = programs.map(({ file }) => join(folder, `${file}.ts`));
  const flags = ['--bundle', '--splitting', '--format=esm', '--platform=node', '--target=es2022', '--keep-names'];
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
  const { config } = ts.readConfigFile('tsconfig.json', ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent({ ...config, include: [], files: [] }, ts.sys, process.cwd());
  const paths = programs.map(({ file }) => join(folder, `${file}.ts`));
  const checked = ts.createProgram(paths, options);
  const found = paths.flatMap((path) => ts.getPreEmitDiagnostics(checked, checked.getSourceFile(path)));
  expect(found.map(({ file, messageText }) => ({ file: file?.fileName, messageText }))).toEqual([]);
});

test('every option has a row in the README', () => {
  const [section] = /^## Options of .*?^## /ms.exec(README)!;
  const rows = [...section.matchAll(/^\| \[?`(\w+)`/gm)].map(([, name]) => name);
  expect(rows.sort()).toEqual(optionNames().sort());
});

test('every public name is told of in the documentation', () => {
  const code = [README, GUIDE].flatMap((text) => [...text.replace(/^```.*?^```$/gms, '').matchAll(/`([^`]+)`/g)]);
  const told = new Set(code.flatMap(([, span]) => span!.match(/\w+/g)));
  const names = [...Object.keys(roof), ...Object.keys(testing)];
  expect(names.filter((name) => !told.has(name))).toEqual([]);
});

test('every error has a row in the README, with its code', () => {
  const errors = Object.entries(roof).filter(([name]) => /Error$/.test(name) && name !== 'MemokitError');
  const codes = errors.map(([name, Class]) => [name, new (Class as new () => roof.MemokitError)().code]);
  const rows = new Map([...README.matchAll(/^\| `(\w+Error)` \| `(\w+)` \|/gm)].map(([, name, code]) => [name, code]));
  expect(rows).toEqual(new Map(codes as [string, string][]));
});

test('every link within the documentation leads to a heading', () => {
  const anchors = { 'README.md': anchorsOf(README), 'guide.md': anchorsOf(GUIDE) };
  const links = [...linksIn('README.md', README), ...linksIn('guide.md', GUIDE)];
  expect(links.length).toBeGreaterThan(40);
  expect(links.filter(({ file, anchor }) => !anchors[file].includes(anchor))).toEqual([]);
});

type Document = 'README.md' | 'guide.md';

function programsOf(document: Document, markdown: string): { file: string; text: string }[] {
  return [...markdown.matchAll(/^```ts\n(.*?)^```$/gms)].map(({ 1: text, index }) => {
    const line = markdown.slice(0, index).split('\n').length;
    return { file: `${document}-line-${line}`, text: text! };
  });
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

/** The links of a document to headings of either. */
function linksIn(document: Document, markdown: string): { file: Document; anchor: string }[] {
  return [...markdown.matchAll(/\]\((?:(?:docs\/|\.\.\/)?(README\.md|guide\.md))?#([^)]+)\)/g)].map(
    ([, file, anchor]) => ({ file: (file ?? document) as Document, anchor: anchor! }),
  );
}
