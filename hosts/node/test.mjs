/** Compiles the programs as a user would, and runs them on each version of Node. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';

function run(command, ...args) {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  if (status === 0) return stdout.trim();
  console.error(`${[command, ...args].join(' ')}\n${stdout}${stderr}`);
  process.exit(1);
}

run(process.execPath, 'node_modules/typescript/bin/tsc', '-p', 'tsconfig.json');
run(process.execPath, 'node_modules/typescript/bin/tsc', '-p', 'tsconfig.legacy.json');
const versions = readdirSync('node_modules')
  .filter((name) => /^node-\d+$/.test(name))
  .map((name) => {
    const node = `node_modules/${name}/bin/node`;
    run(node, 'dist/standard.mjs');
    run(node, 'dist/legacy.cjs');
    run(node, '--test', 'dist/timers.test.mjs');
    // Known not to work: Node 20 knows no TypeScript, and later ones strip types but refuse the @ of a decorator.
    assert.match(
      spawnSync(node, ['src/stripped.ts'], { encoding: 'utf8' }).stderr,
      /SyntaxError|ERR_UNKNOWN_FILE_EXTENSION/,
    );
    return run(node, '--version').slice(1);
  });
console.log(
  `Node ${versions.join(', ')}: ok, hits, ttl, stale, @evicts and @puts, as ES module and CommonJS, node:test`,
);
