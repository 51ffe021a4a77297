/**
 * joblib.Memory, Python's: a process that calls as often as it is asked to, so that it takes turns with the others. One
 * message to it and back is in the time of a turn, not of a call.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('with-joblib.py', import.meta.url));
/** `python3` may be one without the packages of the system. */
const PYTHONS = ['python3', '/usr/bin/python3'];

/** Starts it. Returns `call(first, count, entries)`, which resolves to the sum of the results' ids. It ends with this process. */
export async function joblib(directory, { rows, text }) {
  const python = PYTHONS.find((path) => spawnSync(path, ['-c', 'import joblib']).status === 0);
  if (python === undefined) throw new Error('no python3 with joblib is installed');
  const child = spawn(python, [PROGRAM, directory, String(rows), String(text)], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => JSON.parse((await lines.next()).value);
  await next();
  const call = (first, count, entries) => {
    child.stdin.write(`${JSON.stringify({ first, count, entries })}\n`);
    return next();
  };
  return { call };
}
