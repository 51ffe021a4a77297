/**
 * A race: runners that take turns in one process, in another order in each round, so that whatever slows the machine
 * slows them all. A runner is
 *
 * - `name`
 * - `turn(count)`: does `count` operations and returns their sum, or a promise of it.
 * - `check(sum, count)`: whether that is right. It is asked right after the turn, outside of the time taken.
 * - `unit`: a turn's count is a multiple of it; 1 unless given. `least`: and not below this.
 * - `prepare()`: what runs first of all, and may take its time; `between()`: what runs before each turn and is not timed.
 */
import { shuffle } from './random.mjs';

/** Milliseconds that a turn should take: many operations, and a small part of what a disturbance lasts. */
const TURN = 8;

/** One that takes this long, as it cannot be shorter, is warm after one. */
const LONG_TURN = 10 * TURN;

const warmUpRounds = (entrants) => (entrants.some(({ isLong }) => isLong) ? 1 : 3);

/** For each runner its `name` and `times`, the nanoseconds of an operation in each round, or what `failed`. */
export async function race(runners, rounds) {
  const entrants = [];
  for (const runner of runners) entrants.push({ runner, times: [], ...(await calibrate(runner)) });
  for (let round = -warmUpRounds(entrants); round < rounds; round++) {
    for (const entrant of shuffle(entrants.filter(({ failed }) => failed === undefined))) {
      const { failed, time } = await turnOf(entrant.runner, entrant.count);
      entrant.failed = failed;
      if (round >= 0) entrant.times.push((time * 1e6) / entrant.count);
    }
  }
  return entrants.map(({ runner: { name }, times, failed }) => ({ name, ...(failed ? { failed } : { times }) }));
}

/** How many operations make a turn. */
async function calibrate(runner) {
  const { unit = 1, least = 1 } = runner;
  await runner.prepare?.();
  for (let units = Math.ceil(least / unit); ; ) {
    const { failed, time } = await fastestOf(runner, units * unit);
    if (failed) return { failed };
    if (time >= TURN / 2) {
      const count = Math.max(Math.ceil(least / unit), Math.round((units * TURN) / time)) * unit;
      return { count, isLong: time >= LONG_TURN };
    }
    units = Math.ceil(units * Math.min(10, Math.max(2, TURN / time)));
  }
}

/** The fastest of a few turns, since one alone may have been disturbed, and would leave turns far too short. */
async function fastestOf(runner, count) {
  let fastest = await turnOf(runner, count);
  for (let i = 0; i < 2 && fastest.time < LONG_TURN && !fastest.failed; i++) {
    const next = await turnOf(runner, count);
    if (next.failed || next.time < fastest.time) fastest = next;
  }
  return { ...fastest, time: Math.max(fastest.time, 0.001) };
}

async function turnOf({ turn, check, between }, count) {
  try {
    between?.();
    globalThis.gc({ type: 'minor' });
    const start = performance.now();
    const result = turn(count);
    const sum = typeof result === 'number' ? result : await result;
    const time = performance.now() - start;
    return { time, failed: check(sum, count) ? undefined : 'gives a wrong result, or no hit' };
  } catch (error) {
    return { time: 0, failed: `throws ${String(error).split('\n')[0]}` };
  }
}
