/** Compiles the tests, and runs them as `node --test` does. */
import { spawnSync } from 'node:child_process';

function run(...args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  if (status === 0) return stdout;
  console.error(stdout, stderr);
  process.exit(1);
}

run('node_modules/typescript/bin/tsc');
const report = run('--test', '--test-reporter=spec', 'dist/rates.test.mjs');
const passed = Number(/^ℹ pass (\d+)$/m.exec(report)?.[1]);
if (!(passed > 0)) throw new Error(report);
console.log(
  `node:test of Node ${process.versions.node}: ok, ${passed} tests with mocked timers and a clock, memokit/testing, mock.method`,
);
