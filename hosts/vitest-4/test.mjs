/**
 * Runs vitest as a user would, and counts its tests: none may be missing. tsconfig.json sets `experimentalDecorators`,
 * because Vite 8 does not compile standard decorators.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { transformWithOxc } from 'vite';

const { code } = await transformWithOxc('class A { @d m() {} }', '/a.ts', { target: 'es2022', tsconfig: false });
assert.match(code, /@d/, 'Vite compiles standard decorators now: change the row of this host in docs/hosts.md');

const [version, vite] = ['vitest', 'vite'].map((name) => {
  return JSON.parse(readFileSync(`node_modules/${name}/package.json`, 'utf8')).version;
});
const args = ['node_modules/vitest/vitest.mjs', 'run', '--reporter=json'];
const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
const report = stdout.startsWith('{') ? JSON.parse(stdout) : { testResults: [] };
if (report.success && report.numPassedTests === report.numTotalTests && report.numTotalTests > 0) {
  const count = report.numPassedTests;
  console.log(
    `vitest ${version} on Vite ${vite}: ok, ${count} tests with fake timers, memokit/testing, spies and automatic mocks`,
  );
} else {
  console.error(stderr, report.testResults.length === 0 ? stdout : '');
  for (const { name, message, assertionResults } of report.testResults) {
    if (message) console.error(name, message);
    for (const { fullName, failureMessages = [] } of assertionResults)
      if (failureMessages.length > 0) console.error(`${fullName}\n${failureMessages.join('\n')}`);
  }
  process.exit(1);
}
