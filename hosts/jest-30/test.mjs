/** Runs jest as a user would, and counts its tests: none may be missing. */
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';

const { version } = createRequire(import.meta.url)('jest/package.json');
const { stdout, stderr } = spawnSync(process.execPath, ['node_modules/jest/bin/jest.js', '--json'], {
  encoding: 'utf8',
});
const { numPassedTests, numTotalTests, success } = stdout === '' ? {} : JSON.parse(stdout);
if (success && numPassedTests === numTotalTests && numTotalTests > 0) {
  console.log(
    `jest ${version}: ok, ${numPassedTests} tests with fake timers, memokit/testing, spies and automatic mocks`,
  );
} else {
  console.error(stderr);
  process.exit(1);
}
