/**
 * The measurement of a cell: for each contender its `times` and their median `time`, or its `amount`, and its `ratio` to
 * the limit; or what `failed`. It is made in fresh processes, one or more for each `group`.
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

/** `settings` are the `rounds`, the `builds`, and the `node` that runs the processes. */
export async function measure(cell, settings) {
  const contenders = {};
  // One after the other, since two would share the memory's and the processor's caches.
  for (const [index, group] of cell.groups.entries()) {
    const results = await measureGroup(cell, group, settings);
    const limit = results.find(({ name }) => name === cell.limit);
    for (const result of results) {
      if (result.name in contenders && result.name === cell.limit) continue;
      contenders[result.name] = { ...result, group: index, ...comparison(result, limit ?? contenders[cell.limit]) };
    }
  }
  return contenders;
}

/** The results of all processes of a group, as if they were of one. */
async function measureGroup(cell, group, settings) {
  const { processes = 1 } = cell;
  let joined = await measureOnce(cell, group, settings);
  for (let i = 1; i < processes; i++) {
    // In the other order every second time, since who is prepared first may be favoured.
    const more = await measureOnce(cell, i % 2 === 0 ? group : [...group].reverse(), settings);
    const moreOf = Object.fromEntries(more.map((result) => [result.name, result]));
    joined = joined.map((result) => together(result, moreOf[result.name]));
  }
  return joined;
}

/** All times of both, or the larger amount. */
function together(one, other) {
  const failed = one.failed ?? other.failed;
  if (failed !== undefined) return { name: one.name, failed };
  if (one.times === undefined) return { name: one.name, amount: Math.max(one.amount, other.amount) };
  return { name: one.name, times: [...one.times, ...other.times] };
}

async function measureOnce(cell, group, { rounds, builds, node }) {
  const { flags = [] } = cell;
  const argument = JSON.stringify({ id: idOf(cell), group, rounds, builds });
  try {
    const options = { timeout: TIMEOUT, maxBuffer: 2 ** 26 };
    const { stdout } = await promisify(execFile)(node, [...FLAGS, ...flags, CHILD, argument], options);
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

function comparison({ failed, times, amount }, limit) {
  if (failed !== undefined) return {};
  if (amount !== undefined) return limit?.amount === undefined ? {} : { ratio: amount / limit.amount };
  return { time: median(times), ...(limit?.times && { ratio: ratioOf(times, limit.times) }) };
}
