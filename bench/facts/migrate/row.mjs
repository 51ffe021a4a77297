/**
 * A row of docs/migrate.md: a program on a peer and one on memokit, which assert what the row says of them.
 *
 * - `there`: what one writes with the peer.
 * - `does`: what the peer then does.
 * - `memokit`: what to write with memokit, and what it does.
 */
import assert from 'node:assert/strict';

/** `peer` and `ours` are the programs: functions that throw where the row is wrong about one of them. */
export function row({ there, does, memokit, peer, ours }) {
  return {
    title: `| ${there} | ${does} | ${memokit} |`,
    async run() {
      for (const [side, program] of Object.entries({ peer, memokit: ours })) {
        try {
          await program();
        } catch (error) {
          return `${side}: ${String(error)
            .split(/\s*\n\s*/)
            .join(' ')}`;
        }
      }
      return true;
    },
  };
}

/** A function that counts its `runs`, around one that says what it returns: its argument unless told otherwise. */
export function counted(fn = (argument) => argument) {
  function counting(...args) {
    counting.runs++;
    return fn.apply(this, args);
  }
  Object.defineProperty(counting, 'length', { value: fn.length });
  counting.runs = 0;
  return counting;
}

/** A function of one parameter that waits until `release` is called with the result, and counts its `runs`. */
export function held() {
  const waiting = [];
  const load = counted((_key) => new Promise((resolve, reject) => waiting.push({ resolve, reject })));
  return Object.assign(load, {
    release: (value) => waiting.shift().resolve(value),
    fail: (error) => waiting.shift().reject(error),
  });
}

/** Applies a decorator of the legacy dialect to a method, as the compiler would. */
export function decorate({ prototype }, name, decorator) {
  const descriptor = Object.getOwnPropertyDescriptor(prototype, name);
  Object.defineProperty(prototype, name, decorator(prototype, name, descriptor) ?? descriptor);
}

/** A time that stands still until it is set: `now()` reads it. */
export function time() {
  const clock = { at: 1_000_000, now: () => clock.at };
  return clock;
}

/** Runs a program with `Date.now` reading another time. */
export async function withDate(program) {
  const { now } = Date;
  const clock = time();
  Date.now = clock.now;
  try {
    await program(clock);
  } finally {
    Date.now = now;
  }
}

const LATE = new Error('the machine is too busy to tell');

/** Runs a program again while it is late: `by(milliseconds)` says that no more than these have passed since it began. */
export async function inTime(program, attempts = 5) {
  const start = performance.now();
  const by = (milliseconds) => {
    if (performance.now() - start > milliseconds) throw LATE;
  };
  try {
    await program(by);
  } catch (error) {
    if (error !== LATE || attempts === 1) throw error;
    await inTime(program, attempts - 1);
  }
}

export function sleep(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Whether a promise has settled by the time that everything which needs no time has happened. */
export async function isSettled(promise) {
  let settled = false;
  const settle = () => {
    settled = true;
  };
  promise.then(settle, settle);
  await turn();
  return settled;
}

/** Waits until what needs no time has happened. */
export function turn() {
  return sleep(10);
}

/** Asserts values, one after the other, with `Object.is`. */
export function equal(...pairs) {
  for (let i = 0; i < pairs.length; i += 2) assert.equal(pairs[i], pairs[i + 1]);
}

export { assert };
