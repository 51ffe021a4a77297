import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { beforeAll, expect, jest, test } from '@jest/globals';
import { FOREIGN_NAMES } from '../src/definition/foreign-names.js';

/**
 * The tables of docs/migrate.md, each row of which says what a library does and what memokit does. The libraries are those
 * of bench/, which only `npm ci` there installs: without them a machine that is not CI skips these tests, and says so.
 */
interface Table {
  name: string;
  version: string;
  titles: string[];
  findings: { mark: string; note?: string }[];
}

const isInstalled = ['typescript-memoize', '@nestjs/core'].every((name) => existsSync(`bench/node_modules/${name}`));
const MISSING =
  'NOT TESTED: the tables of docs/migrate.md, since the libraries are missing, which `npm ci` in bench/ installs';

const page = readFileSync('docs/migrate.md', 'utf8');

/** The tables of the page as they stand, by the first cell of their heads: the library and its version. */
const tables = new Map(
  [...page.matchAll(/^\| (.+) \| what it does \| memokit \|\n(?:\|.*\n)+/gm)].map(([table, name]) => [
    name!,
    table.split('\n').slice(2, -1),
  ]),
);

jest.setTimeout(120_000);

let found: Table[];

beforeAll(async () => {
  if (isInstalled) {
    const { stdout } = await promisify(execFile)(process.execPath, ['bench/facts.mjs', 'migrate', '--json']);
    found = JSON.parse(stdout).tables[0].columns;
  } else if (process.env.CI) throw new Error(MISSING);
  else console.warn(MISSING);
});

const testInstalled = isInstalled || process.env.CI ? test : test.skip;

testInstalled('docs/migrate.md has a table for each library, at the version that is installed', () => {
  expect([...tables.keys()]).toEqual(found.map(({ name, version }) => `${name} ${version}`));
});

for (const [head, rows] of tables) {
  testInstalled(`each row of docs/migrate.md about ${head} says what a run on it and on memokit finds`, () => {
    const { titles, findings } = found.find(({ name, version }) => `${name} ${version}` === head)!;
    const wrong = findings.flatMap(({ mark, note }, i) => (mark === 'right' ? [] : [{ row: titles[i], note }]));
    expect(wrong).toEqual([]);
    expect(rows).toEqual(titles);
    expect(rows.length).toBeGreaterThan(4);
  });
}

test('docs/migrate.md has every name of an option that memokit knows from other libraries, beside its own name', () => {
  const [words] = /^## What others call it.*/ms.exec(page)!;
  const rows = [...words.matchAll(/^\| (.+?) \| `(.+?)` \|/gm)];
  const told = rows.flatMap(([, names, known]) =>
    [...names!.matchAll(/`(\w+)`/g)].map(([, name]) => `${name}: ${known}`),
  );
  const known = Object.entries(FOREIGN_NAMES).flatMap(([ours, names]) =>
    names.split(' ').map((name) => `${name}: ${ours.split(', ')[0]!.replace(/ .*/, '')}`),
  );
  expect(known.length).toBeGreaterThan(20);
  expect(known.filter((pair) => !told.includes(pair))).toEqual([]);
});
