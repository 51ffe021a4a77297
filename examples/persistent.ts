import { execFileSync } from 'node:child_process';
import { appendFileSync, copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Report } from './persistent/build.js';
import { partsOf } from './persistent/markdown.js';
import { firstLineOf } from './persistent/site.js';
import { check, heading, note } from './schema-service/report.js';

/**
 * An example: a program that builds a site of some of this repository's pages and modules. Its functions are cached in a
 * directory, so a second run, in a process of its own, computes only what is new. The example changes a file, then the
 * source of a function, and fails unless exactly what depends on them is computed again.
 *
 *     npx tsx examples/persistent.ts
 */
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const directory = mkdtempSync(join(tmpdir(), 'memokit-persistent-'));
const [input, output, cache] = ['input', 'output', 'cache'].map((name) => join(directory, name)) as [
  string,
  string,
  string,
];
process.stdout.on('error', () => {});

try {
  main();
} finally {
  rmSync(directory, { recursive: true });
}

function main(): void {
  for (const each of [input, output]) mkdirSync(each);
  const folders = ['adapters', 'codec', 'disk', 'store'].map((name) => join('src', name));
  const modules = folders.flatMap((folder) => readdirSync(join(root, folder)).map((name) => join(folder, name)));
  const documents = ['codecs.md', 'errors.md', 'keys.md', 'stores.md'].map((name) => join('docs', name));
  for (const path of ['README.md', ...documents, ...modules]) copyFileSync(join(root, path), join(input, nameOf(path)));
  const pages = readdirSync(input).filter((name) => name.endsWith('.md'));
  note(`${pages.length} pages and ${modules.length} modules`);

  heading('The first run: everything is computed');
  const first = build();
  const programs = programsOf(pages);
  const everything = [
    ...['page', 'outline'].flatMap((what) => pages.map((name) => `${what} ${name}`)),
    ...['highlight', 'compile'].flatMap((what) => programs.map((line) => `${what} ${line}`)),
    ...modules.map((path) => `exports ${nameOf(path)}`),
    'index',
  ];
  expect(first, everything, `${everything.length} results were computed: each page, program and module once`);

  heading('The second run, in another process: nothing is');
  const second = build();
  expect(second, [], 'nothing was computed again');
  note(`it took ${seconds(second.milliseconds)} instead of ${seconds(first.milliseconds)}`);

  heading('A program is added to keys.md');
  const added = "console.log('a new program');";
  appendFileSync(join(input, 'keys.md'), `\n\`\`\`ts\n${added}\n\`\`\`\n`);
  const ofTheFile = ['page keys.md', `highlight ${added}`, `compile ${added}`, 'outline keys.md'];
  expect(
    build(),
    ofTheFile,
    'its page, its outline and the new program were computed; the list of pages was not, as its outlines are the same',
  );

  heading('The function that highlights is changed, so its fingerprint is another');
  const ofTheFunction = [
    ...programsOf(pages).map((line) => `highlight ${line}`),
    ...pages.map((name) => `page ${name}`),
  ];
  expect(
    build('changed'),
    ofTheFunction,
    'the programs were highlighted, and the pages rendered; nothing was compiled',
  );
}

/** Runs the program once, in a process of its own, and prints what it has computed. */
function build(...change: 'changed'[]): Report {
  const program = fileURLToPath(new URL('./persistent/build.ts', import.meta.url));
  const args = ['--import', 'tsx', program, input, output, cache, ...change];
  const report = JSON.parse(execFileSync(process.execPath, args, { cwd: root, encoding: 'utf8' })) as Report;
  const { milliseconds, ran } = report;
  note(`${seconds(milliseconds)}${ran.length === 0 ? '' : `, ${ran.length} computed:`}`);
  for (const what of new Set(ran.map(kindOf))) {
    const names = ran.filter((each) => kindOf(each) === what).map((each) => each.slice(what.length + 1));
    const shown = names.slice(0, 3).join(', ');
    note(`  ${what}${shown === '' ? '' : ` ${shown}`}${names.length > 3 ? `, and ${names.length - 3} more` : ''}`);
  }
  return report;
}

/** States that a run has computed exactly these results, in any order. */
function expect({ ran }: Report, expected: readonly string[], statement: string): void {
  check(JSON.stringify([...ran].sort()) === JSON.stringify([...expected].sort()), statement);
}

/** The first lines of all programs. Two programs that are the same are one. */
function programsOf(pages: readonly string[]): string[] {
  const parts = pages.flatMap((name) => partsOf(readFileSync(join(input, name), 'utf8')));
  return [...new Set(parts.flatMap((part) => (part.kind === 'program' ? [part.code] : [])))].map(firstLineOf);
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(2)} s`;
}

function nameOf(path: string): string {
  return path.endsWith('.md') ? basename(path) : path.replaceAll(/[\\/]/g, '-');
}

function kindOf(what: string): string {
  return what.split(' ')[0]!;
}
