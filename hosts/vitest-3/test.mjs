/** Runs vitest as a user would, and counts its tests: none may be missing. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const { version } = JSON.parse(readFileSync('node_modules/vitest/package.json', 'utf8'));
const args = ['node_modules/vitest/vitest.mjs', 'run', '--reporter=json'];
const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
const report = stdout.startsWith('{') ? JSON.parse(stdout) : { testResults: [] };
if (report.success && report.numPassedTests === report.numTotalTests && report.numTotalTests > 0) {
  const count = report.numPassedTests;
  console.log(`vitest ${version}: ok, ${count} tests with fake timers, memokit/testing, spies and automatic mocks`);
} else {
  console.error(stderr, report.testResults.length === 0 ? stdout : '');
  for (const { name, message, assertionResults } of report.testResults) {
    if (message) console.error(name, message);
    for (const { fullName, failureMessages = [] } of assertionResults)
      if (failureMessages.length > 0) console.error(`${fullName}\n${failureMessages.join('\n')}`);
  }
  process.exit(1);
}
