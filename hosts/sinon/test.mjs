/** Compiles the tests, and runs them in mocha. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

function run(...args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  if (status === 0) return stdout;
  console.error(stdout, stderr);
  process.exit(1);
}

const [sinon, mocha] = ['sinon', 'mocha'].map((name) => {
  return JSON.parse(readFileSync(`node_modules/${name}/package.json`, 'utf8')).version;
});
run('node_modules/typescript/bin/tsc');
const report = run('node_modules/mocha/bin/mocha.js', '--reporter=tap', 'dist/*.spec.js');
const passes = report.match(/^ok (?!.*# SKIP)/gm)?.length;
if (passes === undefined) throw new Error('mocha has run no test');
console.log(
  `sinon ${sinon} in mocha ${mocha}: ok, ${passes} tests with fake timers, memokit/testing, spies, stubs of a class`,
);
