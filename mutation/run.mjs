/**
 * Mutation tests, folder by folder: which faults in the code would no test notice? `npm run mutation -- key` runs one
 * folder. Flags go to Stryker, such as `--mutate src/key/body.ts`, `--concurrency 2` or `--incremental`.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { FOLDERS } from './folders.mjs';

const STRYKER = 'node_modules/@stryker-mutator/core/bin/stryker.js';

const args = process.argv.slice(2);
const named = args.filter((arg) => arg in FOLDERS);
const flags = args.filter((arg) => !(arg in FOLDERS));
const rows = [];

for (const folder of named.length > 0 ? named : Object.keys(FOLDERS)) {
  const report = `reports/mutation/${folder}.json`;
  const start = performance.now();
  rmSync(report, { force: true });
  const { status } = spawnSync(process.execPath, [STRYKER, 'run', ...flags], {
    stdio: 'inherit',
    env: { ...process.env, MUTATION_FOLDER: folder },
  });
  if (status !== 0) process.exitCode = 1;
  const minutes = Number(((performance.now() - start) / 60_000).toFixed(1));
  rows.push({ folder: `src/${folder}`, ...scoreOf(report), minutes });
}
console.table(rows);

/** What a report of Stryker comes to, if it got as far as one. */
function scoreOf(report) {
  if (!existsSync(report)) return { score: 'none' };
  const { files } = JSON.parse(readFileSync(report, 'utf8'));
  const mutants = Object.values(files).flatMap((file) => file.mutants);
  const count = (...statuses) => mutants.filter(({ status }) => statuses.includes(status)).length;
  const noticed = count('Killed', 'Timeout');
  const missed = count('Survived', 'NoCoverage');
  return { score: `${((100 * noticed) / (noticed + missed)).toFixed(1)} %`, noticed, missed };
}
