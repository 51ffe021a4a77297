/** Source: docs/foreign.md. Its table of differences by choice is compared with the titles of the foreign suites. */
import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';

/** The file of each source. */
const FILES = {
  test262: 'map',
  lru_cache: 'functools',
  DataLoader: 'dataloader',
  'lru-cache': 'lru-cache',
};

test.each(Object.entries(FILES))(
  'docs/foreign.md has a row for each difference from %s, and no other row',
  (source, file) => {
    const rows = readFileSync('docs/foreign.md', 'utf8').matchAll(/^\| ([\w-]+) \| (.+) \| (.+) \| (.+) \|$/gm);
    const told = [...rows].filter(([, name]) => name === source).map(([, , , title]) => title);
    const [, group] = readFileSync(`__tests__/foreign/${file}.test.ts`, 'utf8').split(
      "describe('differences by choice'",
    );
    const titles = [...group!.matchAll(/^ {2}test\('(.+)', /gm)].map(([, title]) => title);
    expect(titles.length).toBeGreaterThan(5);
    expect(told).toEqual(titles);
  },
);
