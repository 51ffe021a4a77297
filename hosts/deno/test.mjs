/** Runs, checks and tests the programs with Deno, which finds packages in node_modules. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';

const env = { ...process.env, NO_COLOR: '1', DENO_NO_UPDATE_CHECK: '1' };
const run = (...args) => spawnSync('deno', args, { encoding: 'utf8', env });

function deno(...args) {
  const { status, stdout, stderr } = run(...args);
  if (status === 0) return stdout.trim();
  console.error(`deno ${args.join(' ')}\n${stdout}${stderr}`);
  process.exit(1);
}

deno('check', 'main.ts', 'cache_test.ts');
deno('run', 'main.ts');
deno('test', 'cache_test.ts');
// Known not to work: Deno compiles a decorated #private method to a getter.
assert.match(run('run', 'private.ts').stderr, /SyntaxError: Getter must not have any formal parameters/);
const [, version] = /^deno (\S+)/.exec(deno('--version'));
console.log(
  `Deno ${version}: ok, hits, ttl, stale and @evicts without permissions, deno check, deno test without leaks`,
);
