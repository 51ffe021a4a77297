import { ceil, hasOwn, holderOf, numberIsNaN } from '../platform.js';
import { requireOption } from '../validate.js';

/**
 * A source of the time in milliseconds: a function, or an object with `now()` such as `performance`. The time must not
 * run backwards. Only differences count, so the clock may start anywhere.
 */
export type Clock = (() => number) | { now(): number };

/**
 * The default clock: `performance.now`, which is monotonic. A reading costs more than a hit, so one reading serves up
 * to 64 calls; `refresh` and a timer of one millisecond end its use earlier. While the platform's clock or timers are
 * replaced, as by fake timers, each call reads the time. A replacement of the whole `performance` object alone is
 * noticed at the next reading.
 */
export function monotonic(): number {
  if (uses > 0 && isPlatform()) {
    uses--;
    return reading;
  }
  return read();
}

/** Makes the next call of `monotonic` read the time. Code that lets time pass, such as a load, calls this. */
export function refresh(): void {
  uses = 0;
}

/**
 * Returns a function that reads a clock. A clock with `now` counts as an object even if it is a function: calling
 * `Date` would return a string.
 */
export function reader(clock: Clock): () => number {
  if (clock === monotonic) return monotonic;
  const read = holderOf(clock, 'now') ? () => (clock as { now(): number }).now() : (clock as () => number);
  return () => {
    const time: unknown = read();
    requireOption(typeof time === 'number' && !numberIsNaN(time), 'clock', 'a number as its result', time);
    return time as number;
  };
}

/** The reading that is in use. */
let reading = 0;
/** The number of calls that the reading may still serve. */
let uses = 0;
/** The latest reading of the platform's clock, or of fake timers. */
let latest = 0;
/**
 * The milliseconds that are added to each reading, so that time does not run backwards when one clock replaces another.
 */
let offset = 0;
/** The `setTimeout` of the fake timers that are installed. `undefined` if there are none. */
let fakeTimers: typeof setTimeout | undefined;
/** The time when the timer was set that ends the use of the reading. `undefined` if no timer is pending. */
let timerSince: number | undefined;

/**
 * The platform's clock and timers when this module was loaded. `later` is the platform's `setTimeout`, or `undefined`
 * if fake timers were installed already.
 */
const PLATFORM = /* @__PURE__ */ (() => {
  // zone.js treats a timer as a task of the application and renders after it. It keeps the platform's own function here.
  const zoneless = (globalThis as { __zone_symbol__setTimeout?: typeof setTimeout }).__zone_symbol__setTimeout;
  // Node's `setTimeout` is written in JavaScript, but it has a promisified version.
  const isOwn =
    Symbol.for('nodejs.util.promisify.custom') in setTimeout || /\[native code\]/.test(`${zoneless ?? setTimeout}`);
  const isFake = hasOwn(setTimeout, 'clock') || !isOwn;
  const later = isFake ? undefined : (zoneless ?? setTimeout);
  return { performance, now: performance.now, setTimeout, Date, later, isBun: 'Bun' in globalThis };
})();

/**
 * Whether the platform's clock and timers are in their places. The fake timers of Bun replace no function: they only mark
 * `setTimeout`.
 */
function isPlatform(): boolean {
  try {
    return (
      PLATFORM.performance.now === PLATFORM.now &&
      setTimeout === PLATFORM.setTimeout &&
      Date === PLATFORM.Date &&
      !(PLATFORM.isBun && hasOwn(setTimeout, 'clock'))
    );
  } catch {
    // A global is missing, as in a Jest environment that was torn down or where the stack is full.
    return false;
  }
}

function read(): number {
  // A bare name would throw where the global is missing.
  const { performance: clock = PLATFORM.performance, setTimeout: timers = PLATFORM.setTimeout } = globalThis as Partial<
    typeof globalThis
  >;
  const isOwn = clock.now === PLATFORM.now;
  const time = clock.now();
  if (isOwn || hasOwn(timers, 'clock')) reading = continueMonotonic(time, isOwn ? undefined : timers);
  // A mock of `performance.now` alone is taken at its word, if it returns a number.
  else reading = time >= 0 ? time : latest;
  uses = clock === PLATFORM.performance && isPlatform() && limitReading() ? MAX_USES : 0;
  return reading;
}

/**
 * Returns the time without a jump backwards where fake timers are installed or uninstalled. The time of fake timers
 * begins at zero, and may have advanced already.
 */
function continueMonotonic(time: number, timers: typeof setTimeout | undefined): number {
  if (timers !== fakeTimers) {
    fakeTimers = timers;
    // The offset is a whole number, so that whole times stay exact.
    offset = timers === undefined ? 0 : ceil(latest);
  }
  if (time + offset < latest) offset = latest - time;
  latest = time + offset;
  return latest;
}

/** Sets a timer that ends the use of the reading after about a millisecond. Returns whether a timer is pending. */
function limitReading(): boolean {
  // A timer that is long overdue was lost, as the timers of a closed window are, or it waits for a long job to end.
  if (timerSince !== undefined && reading - timerSince < TIMER_LOST_AFTER) return true;
  const since = reading;
  try {
    const timer: unknown = PLATFORM.later?.(() => {
      timerSince = undefined;
      uses = 0;
    }, 1);
    if (timer === undefined) return false;
    // In a browser the timer is a number, and nothing there waits for timers.
    (timer as { unref?: () => void }).unref?.();
  } catch {
    // Some platforms forbid timers outside of requests.
    return false;
  }
  timerSince = since;
  return true;
}

/** The number of later calls that one reading serves. */
const MAX_USES = 64;
/** The age in milliseconds at which a pending timer counts as lost. */
const TIMER_LOST_AFTER = 1000;
