/** The command that finds the facts: tries every case on every peer and prints the table. */
import { parseArgs } from 'node:util';
import { misuse, requirePath, versionOf } from './install.mjs';
import { machine } from './machine.mjs';

const USAGE = `Usage: node facts.mjs [--json]

Tries what memokit and its peers do when they are called, and prints a Markdown table.

  --json  print the findings as JSON instead
  --help  print this`;

const { json, help } = options();
if (help) {
  console.log(USAGE);
} else {
  requirePath('node_modules/esbuild', 'esbuild is missing: run `npm ci` in the root of the repository first');
  requirePath('dist/index.js', 'memokit is not built: run `npx rollup -c` in the root of the repository first');
  requirePath('bench/node_modules/lru-cache', 'the peers are missing: run `npm ci` in bench/ first');
  await report();
}

async function report() {
  const [{ cases }, { peers }, { findingsOf }, { tableOf }] = await Promise.all([
    import('./facts/cases.mjs'),
    import('./facts/peers.mjs'),
    import('./facts/findings.mjs'),
    import('./facts/table.mjs'),
  ]);
  const titles = cases.map(({ title }) => title);
  const columns = [];
  // One after the other, since some cases wait for the time to pass.
  for (const peer of peers) {
    columns.push({ name: peer.name, version: versionOf(peer.package ?? peer.name), findings: await findingsOf(peer) });
  }
  if (json) console.log(JSON.stringify({ machine: machine(), titles, columns }, undefined, 2));
  else console.log(`${machine()}\n\n${tableOf(titles, columns)}`);
}

function options() {
  try {
    return parseArgs({ options: { json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } } }).values;
  } catch (error) {
    misuse(`${error.message}\n\n${USAGE}`);
  }
}
