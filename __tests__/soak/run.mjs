/**
 * The soak: `npm run soak` for 300 seconds, `npm run soak -- 60 --seed 5` for another time and a seed. Puts a mixed load on
 * the built package, and checks values, counts and the heap. Fails if the program does not end by itself.
 */
import { spawn } from 'node:child_process';
import { parseArgs } from 'node:util';
import { buildIfNeeded, withProgram } from '../support/built.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seed: { type: 'string' }, 'as-built': { type: 'boolean', default: false } },
});
const seconds = Number(positionals[0] ?? 300);
const seed = Number(values.seed ?? Date.now() % 1e9);
if (!(seconds > 0) || !Number.isInteger(seed)) throw new Error('usage: npm run soak -- [seconds] [--seed number]');
/** Seconds after the load in which the program has to end. */
const PATIENCE = 20;

if (!values['as-built']) buildIfNeeded();
await withProgram(
  '__tests__/soak/program.ts',
  (program) =>
    new Promise((resolve) => {
      const child = spawn(process.execPath, ['--expose-gc', program, `${seconds}`, `${seed}`], {
        stdio: 'inherit',
        timeout: (seconds + PATIENCE) * 1000,
        killSignal: 'SIGKILL',
      });
      child.on('close', (status, signal) => {
        if (signal !== null) console.log(`the program did not end by itself: ${signal}`);
        process.exitCode = status ?? 1;
        resolve();
      });
    }),
);
