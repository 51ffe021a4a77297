import { requireOption } from './require-option.js';

/**
 * A clock: a source of time in milliseconds that does not run backwards. Only differences count,
 * so the zero may lie anywhere. A function, or an object with `now()` such as `performance`.
 */
export type Clock = (() => number) | { now(): number };

/**
 * The default clock: `performance.now`, monotonic. A reading costs more than a hit, so it serves for up to 64 calls,
 * unless `refresh` is called or a millisecond ends with the job that took it. What replaces the platform's clock
 * or timers, as fake timers do, is seen at the next call, and is then read each time.
 */
export function monotonic(): number {
  if (
    uses > 0 &&
    PLATFORM.performance.now === PLATFORM.now &&
    setTimeout === PLATFORM.setTimeout &&
    Date === PLATFORM.Date
  ) {
    uses--;
    return reading;
  }
  return read();
}

/** Has the next call of `monotonic` read the time: for who has let some pass, as a load does. */
export function refresh(): void {
  uses = 0;
}

/** How to read a clock. `now` is looked for first: Date is a function too, but one that returns a string. */
export function reader(clock: Clock): () => number {
  if (clock === monotonic) return monotonic;
  const read = 'now' in clock ? () => clock.now() : clock;
  return () => {
    const time: unknown = read();
    requireOption(typeof time === 'number' && !Number.isNaN(time), 'clock', 'to be given a number', time);
    return time as number;
  };
}

let reading = 0;
let uses = 0;
let isScheduled = false;

/** What the platform had when this was loaded. Fake timers mark theirs with `clock`, and are not taken for it. */
const PLATFORM = /* @__PURE__ */ (() => {
  const fake = 'clock' in setTimeout;
  return { performance, now: performance.now, setTimeout: fake ? undefined : setTimeout, Date };
})();

function read(): number {
  const { performance: platform, setTimeout: later } = PLATFORM;
  const now = performance;
  reading = now.now();
  uses = later !== undefined && now === platform && schedule(later) ? MOST_USES : 0;
  return reading;
}

/** Sees to it that the reading does not outlast the job. Tells whether it could. */
function schedule(later: typeof setTimeout): boolean {
  if (isScheduled) return true;
  try {
    const timer: unknown = later(() => {
      isScheduled = false;
      uses = 0;
    }, 1);
    isScheduled = true;
    // In a browser it is a number, and nothing there waits for timers.
    (timer as { unref?: () => void }).unref?.();
  } catch {
    // Where timers are forbidden, as they are outside of requests on some platforms.
  }
  return isScheduled;
}

const MOST_USES = 64;
