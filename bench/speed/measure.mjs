/**
 * The measurement of a cell: for each contender its `times` and their median `time`, or its `bytes`, and its `ratio` to
 * the limit; or what `failed`. It is made in fresh processes, one for each `group`.
 */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { idOf } from './cells.mjs';
import { median, ratioOf } from './statistics.mjs';

const CHILD = fileURLToPath(new URL('child.mjs', import.meta.url));
const FLAGS = ['--expose-gc', '--max-old-space-size=12288'];

/** Milliseconds that one group may take. */
const TIMEOUT = 180_000;

export async function measure(cell, rounds, builds) {
  const contenders = {};
  // One after the other, since two would share the memory's and the processor's caches.
  for (const [index, group] of cell.groups.entries()) {
    const results = await measureGroup(cell, group, rounds, builds);
    const limit = results.find(({ name }) => name === cell.limit);
    for (const result of results) {
      if (result.name in contenders && result.name === cell.limit) continue;
      contenders[result.name] = { ...result, group: index, ...comparison(result, limit ?? contenders[cell.limit]) };
    }
  }
  return contenders;
}

async function measureGroup(cell, group, rounds, builds) {
  const settings = JSON.stringify({ id: idOf(cell), group, rounds, builds });
  try {
    const options = { timeout: TIMEOUT, maxBuffer: 2 ** 26 };
    const { stdout } = await promisify(execFile)(process.execPath, [...FLAGS, CHILD, settings], options);
    return JSON.parse(stdout);
  } catch (error) {
    const failed = error.killed ? `takes more than ${TIMEOUT / 1000} seconds` : reasonOf(error);
    return group.map((name) => ({ name, failed }));
  }
}

/** What a child said last, of an error the line that names it. */
function reasonOf({ message, stderr }) {
  return stderr?.match(/^\w*Error.*$/m)?.[0] ?? message.split('\n')[0];
}

function comparison({ failed, times, bytes }, limit) {
  if (failed !== undefined) return {};
  if (bytes !== undefined) return limit?.bytes === undefined ? {} : { ratio: bytes / limit.bytes };
  return { time: median(times), ...(limit?.times && { ratio: ratioOf(times, limit.times) }) };
}
