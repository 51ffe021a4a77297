/**
 * The test run: everything that `npm test` promises, step by step, and one closing line that counts it.
 * With `--long`, random seeds, more runs, the decorator cases under other compilers, hostile arguments, and the hosts.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const { values } = parseArgs({ options: { long: { type: 'boolean', default: false } } });
const env = { ...process.env, ...(values.long ? { TEST_LONG: '1' } : {}) };
const reports = mkdtempSync(join(tmpdir(), 'memokit-test-'));
let passed = 0;
let failed = 0;

/** A step that passes or fails as a whole. */
function step(title, script, ...args) {
  console.log(`\n# ${title}`);
  const { status } = spawnSync(process.execPath, [script, ...args], { stdio: 'inherit', env });
  if (status === 0) passed++;
  else failed++;
}

/** A jest run, whose tests count one by one; a file that cannot be run counts as a failure. */
function jest(title, config, ...args) {
  console.log(`\n# ${title}`);
  const report = join(reports, `${title}.json`);
  const output = ['--config', config, '--json', '--outputFile', report];
  spawnSync(process.execPath, ['node_modules/jest/bin/jest.js', ...output, ...args], {
    stdio: ['inherit', 'ignore', 'inherit'],
    env,
  });
  try {
    const { numPassedTests, numFailedTests, numRuntimeErrorTestSuites } = JSON.parse(readFileSync(report, 'utf8'));
    passed += numPassedTests;
    failed += numFailedTests + numRuntimeErrorTestSuites;
  } catch {
    failed++;
  }
}

step('build', 'node_modules/rollup/dist/bin/rollup', '-c', '--silent');
step('types, standard dialect', 'node_modules/typescript/bin/tsc', '-p', 'tsconfig.json');
step('types, legacy dialect', 'node_modules/typescript/bin/tsc', '-p', 'tsconfig.legacy.json');
step('lint', 'node_modules/@biomejs/biome/bin/biome', 'ci', '.');
// In a process of their own: among the rest, whose heap grows to gigabytes, they take ten times as long.
jest('tests of chosen numbers', 'jest.config.mjs', '--testPathPatterns', 'chosen-numbers');
const others = ['--selectProjects', 'standard', 'legacy', 'foreign'];
jest('tests', 'jest.config.mjs', ...others, '--testPathIgnorePatterns', 'chosen-numbers', '/node_modules/');
// One file after another, as each starts servers and processes of its own.
jest('tests of the shared tier', 'jest.config.mjs', '--selectProjects', 'tier', '--runInBand');
if (values.long) {
  jest('decorator cases under other compilers', 'jest.compilers.config.mjs');
  step('hostile arguments', '__tests__/hostile/run.mjs');
  step('hosts', 'hosts/run.mjs');
}

rmSync(reports, { recursive: true });
console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
