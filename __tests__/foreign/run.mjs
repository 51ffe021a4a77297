/**
 * The foreign suites: `npm run foreign`. Installs the packages whose own tests are run on memokit, where they are missing,
 * then runs all files of this folder. What stands behind the command goes to jest: `npm run foreign -- -t 'a title'`.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const packages = fileURLToPath(new URL('packages', import.meta.url));
if (!existsSync(`${packages}/node_modules`)) {
  const npm = ['ci', '--no-audit', '--no-fund', '--loglevel=error'];
  const { status } = spawnSync('npm', npm, { cwd: packages, stdio: 'inherit', shell: process.platform === 'win32' });
  if (status !== 0) process.exit(1);
}

const jest = ['node_modules/jest/bin/jest.js', '--selectProjects', 'foreign', '--verbose', ...process.argv.slice(2)];
const { status } = spawnSync(process.execPath, jest, { stdio: 'inherit' });
process.exitCode = status ?? 1;
