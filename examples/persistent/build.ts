import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { diskStore } from 'memokit/disk';
import { markedByLetter, markedByName, siteOver } from './site.js';

/** What one run of the program has done. */
export interface Report {
  readonly milliseconds: number;
  /** What it computed, in order. What it found in the store is not there. */
  readonly ran: readonly string[];
}

/**
 * Builds a site of the Markdown pages and TypeScript modules in a directory, once, and prints a `Report`:
 *
 *     npx tsx examples/persistent/build.ts INPUT OUTPUT CACHE [changed]
 */
const [input, output, cache, changed] = process.argv.slice(2) as [string, string, string, string | undefined];
const start = performance.now();
const ran: string[] = [];
// The compiler keeps the thread busy for seconds, in which no lease is renewed.
const store = diskStore(cache, { leaseMs: '1m' });
const site = siteOver(store, changed ? markedByLetter : markedByName, (what) => ran.push(what));
const files = readdirSync(input).sort();
const textOf = (name: string) => readFileSync(join(input, name), 'utf8');
const pages = files.filter((name) => name.endsWith('.md'));
for (const name of pages) writeFileSync(join(output, `${name}.html`), await site.page(name, textOf(name)));
const sources = files.filter((name) => name.endsWith('.ts'));
const modules = await Promise.all(sources.map((name) => site.exportsOf(name, textOf(name))));
const outlines = pages.map((name) => site.outline(name, textOf(name)));
writeFileSync(join(output, 'index.html'), site.index(outlines, modules));
await store.close();
const report: Report = { milliseconds: performance.now() - start, ran };
console.log(JSON.stringify(report));
