/** The command that finds the facts: tries every case on every peer and prints the table. */
import { parseArgs } from 'node:util';
import { peersOf, TOPICS } from './facts/questions.mjs';
import { misuse, requirePath, versionOf } from './install.mjs';
import { machine } from './machine.mjs';

const USAGE = `Usage: node facts.mjs [calls] [sources] [migrate] [--peer NAME] [--json | --write]

Tries what memokit and its peers do, and prints Markdown tables for each topic:
calls (what a memoized function does when it is called),
sources (what callers get when the source behind a cache is slow, fails or changes) and
migrate (what changes for those who come to memokit: the tables of docs/migrate.md).

  --peer NAME  try this one only
  --json       print the findings as JSON instead
  --write      write the tables into the pages that hold them, too
  --help       print this`;

const { json, help, peer: only, topics, write: writes } = options();
if (help) {
  console.log(USAGE);
} else {
  requirePath('node_modules/esbuild', 'esbuild is missing: run `npm ci` in the root of the repository first');
  requirePath('dist/index.js', 'memokit is not built: run `npx rollup -c` in the root of the repository first');
  requirePath('bench/node_modules/bentocache', 'the peers are missing: run `npm ci` in bench/ first');
  await report();
}

async function report() {
  const [{ findingsOf }, { migrationOf, tableOf }, { piecesOf, write }] = await Promise.all([
    import('./facts/findings.mjs'),
    import('./facts/table.mjs'),
    import('./facts/pages.mjs'),
  ]);
  const tables = [];
  for (const topic of topics) {
    const columns = [];
    // One after the other, since some cases wait for the time to pass.
    for (const peer of (await peersOf(topic)).filter(({ name }) => only === undefined || name === only)) {
      const version = versionOf(peer.package ?? peer.name);
      columns.push({
        name: peer.name,
        version,
        titles: peer.cases.map(({ title }) => title),
        findings: await findingsOf(topic, peer),
      });
    }
    if (columns.length > 0) tables.push({ topic, columns });
  }
  if (tables.length === 0) misuse(`no such peer: ${only}`);
  if (json) return console.log(JSON.stringify({ machine: machine(), tables }, undefined, 2));
  const markdown = tables.flatMap(({ topic, columns }) =>
    topic === 'migrate' ? columns.map(migrationOf) : [tableOf(columns)],
  );
  console.log([machine(), ...markdown].join('\n\n'));
  if (writes) write(tables.flatMap((table) => piecesOf(table, machine())));
}

function options() {
  try {
    const { values, positionals } = parseArgs({
      options: {
        json: { type: 'boolean' },
        write: { type: 'boolean' },
        peer: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
      allowPositionals: true,
    });
    const unknown = positionals.find((topic) => !TOPICS.includes(topic));
    if (unknown !== undefined) throw new Error(`no such topic: ${unknown}`);
    if (values.write && values.peer) throw new Error('--write needs all peers, not one');
    return { ...values, topics: positionals.length > 0 ? positionals : TOPICS };
  } catch (error) {
    misuse(`${error.message}\n\n${USAGE}`);
  }
}
