/**
 * The test run: everything that `npm test` promises, step by step, and one closing line that counts it.
 * With `--long`, random seeds, more runs, the types under TypeScript 6 too, the decorator cases under other compilers,
 * hostile arguments, and the hosts.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';

const { values } = parseArgs({ options: { long: { type: 'boolean', default: false } } });
const env = { ...process.env, ...(values.long ? { TEST_LONG: '1' } : {}) };
const reports = mkdtempSync(join(tmpdir(), 'memokit-test-'));
let passed = 0;
let failed = 0;
/** Whether programs run side by side. */
let areBeside = true;

/** Runs a program of Node. It prints at once, unless others run beside it: then its output comes when it has ended. */
async function run(title, args, isQuiet = false) {
  const begun = performance.now();
  if (!areBeside) console.log(`\n# ${title}`);
  const output = areBeside ? 'pipe' : 'inherit';
  const child = spawn(process.execPath, args, { stdio: ['ignore', isQuiet ? 'ignore' : output, output], env });
  const outputs = [child.stdout, child.stderr].filter((stream) => stream !== null).map((stream) => text(stream));
  const [[status], ...printed] = await Promise.all([once(child, 'close'), ...outputs]);
  if (areBeside) console.log(`\n# ${title}\n${printed.join('')}`.trimEnd());
  console.log(`${((performance.now() - begun) / 1000).toFixed(0)} s`);
  return status;
}

/** A step that passes or fails as a whole. */
async function step(title, ...args) {
  if ((await run(title, args)) === 0) passed++;
  else failed++;
}

/** A jest run, whose tests count one by one; a file that cannot be run counts as a failure. */
async function jest(title, config, ...args) {
  const report = join(reports, `${title}.json`);
  const output = ['--config', config, '--json', '--outputFile', report];
  await run(title, ['node_modules/jest/bin/jest.js', ...output, ...args], true);
  try {
    const { numPassedTests, numFailedTests, numRuntimeErrorTestSuites } = JSON.parse(readFileSync(report, 'utf8'));
    passed += numPassedTests;
    failed += numFailedTests + numRuntimeErrorTestSuites;
  } catch {
    failed++;
  }
}

/** The types of all sources. TypeScript 7 takes a third of the time of TypeScript 6, and finds the same. */
async function types(compiler) {
  await step(`types, standard dialect, ${compiler}`, `node_modules/${compiler}/bin/tsc`, '-p', 'tsconfig.json');
  await step(`types, legacy dialect, ${compiler}`, `node_modules/${compiler}/bin/tsc`, '-p', 'tsconfig.legacy.json');
}

/** Tests whose figures need a process of their own: they take ten times as long in one whose heap has grown. */
const ALONE = 'chosen-numbers';

await Promise.all([
  (async () => {
    await step('build', 'node_modules/rollup/dist/bin/rollup', '-c', '--silent');
    await jest('tests of chosen numbers', 'jest.config.mjs', '--testPathPatterns', ALONE);
  })(),
  (async () => {
    await types('typescript-7.0');
    await step('lint', 'node_modules/@biomejs/biome/bin/biome', 'ci', '.');
    if (values.long) await types('typescript');
  })(),
]);
areBeside = false;
// Jest leaves a core idle, which halves the speed on two. A worker that has grown is replaced after its file, since the
// garbage collector would slow down all that follows.
const workers = [`--maxWorkers=${Math.max(2, availableParallelism() - 1)}`, '--workerIdleMemoryLimit=1GB'];
const others = ['--selectProjects', 'standard', 'legacy', 'foreign', '--testPathIgnorePatterns', ALONE];
await jest('tests', 'jest.config.mjs', ...workers, ...others, '/node_modules/');
// One file after another, as each starts servers and processes of its own.
await jest('tests of the shared tier', 'jest.config.mjs', '--selectProjects', 'tier', '--runInBand');
if (values.long) {
  await jest('decorator cases under other compilers', 'jest.compilers.config.mjs');
  await step('hostile arguments', '__tests__/hostile/run.mjs');
  await step('hosts', 'hosts/run.mjs');
}

rmSync(reports, { recursive: true });
console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
