import { requireOption } from '../validate.js';

/**
 * A clock: a source of time in milliseconds that does not run backwards. Only differences count,
 * so the zero may lie anywhere. A function, or an object with `now()` such as `performance`.
 */
export type Clock = (() => number) | { now(): number };

/**
 * The default clock: `performance.now`, monotonic. A reading costs more than a hit, so it serves for up to 64 calls,
 * unless `refresh` is called or a timer of a millisecond fires. While anything stands in place of the platform's clock or
 * timers, as fake timers do, each call reads; what replaces `performance` as a whole, and nothing else, is seen when
 * the reading has served.
 */
export function monotonic(): number {
  if (uses > 0 && isPlatform()) {
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
/** The latest reading of the platform's clock, or of fake timers. */
let latest = 0;
/** By how much readings are ahead of what these say, lest time run backwards where one takes the place of another. */
let ahead = 0;
/** The `setTimeout` of the fake timers that are installed, if they are. */
let fake: typeof setTimeout | undefined;
/** When the timer was set that is to end the use of readings; `undefined` when there is none. */
let timerSince: number | undefined;

/** What the platform had when this was loaded; `later` sets its timers, if they are its own. */
const PLATFORM = /* @__PURE__ */ (() => {
  // zone.js would take a timer for a task of the application, after which to render; it keeps the platform's own here.
  const zoneless = (globalThis as { __zone_symbol__setTimeout?: typeof setTimeout }).__zone_symbol__setTimeout;
  // Node's own is written in JavaScript, but can be made a promise.
  const isOwn =
    Symbol.for('nodejs.util.promisify.custom') in setTimeout || /\[native code\]/.test(`${zoneless ?? setTimeout}`);
  const isFake = 'clock' in setTimeout || !isOwn;
  return { performance, now: performance.now, setTimeout, Date, later: isFake ? undefined : (zoneless ?? setTimeout) };
})();

function isPlatform(): boolean {
  return PLATFORM.performance.now === PLATFORM.now && setTimeout === PLATFORM.setTimeout && Date === PLATFORM.Date;
}

function read(): number {
  const clock = performance;
  const isOwn = clock.now === PLATFORM.now;
  const time = clock.now();
  if (isOwn || 'clock' in setTimeout) reading = goOn(time, isOwn ? undefined : setTimeout);
  // What stands in for it alone, as a mock does, counts as it reads, if it is a number.
  else reading = time >= 0 ? time : latest;
  uses = clock === PLATFORM.performance && isPlatform() && endsInTime() ? MOST_USES : 0;
  return reading;
}

/** The time that goes on where fake timers are installed or uninstalled. Theirs begins at zero, and may have advanced already. */
function goOn(time: number, timers: typeof setTimeout | undefined): number {
  if (timers !== fake) {
    fake = timers;
    // A whole number, so that whole times stay exact.
    ahead = timers === undefined ? 0 : Math.ceil(latest);
  }
  if (time + ahead < latest) ahead = latest - time;
  latest = time + ahead;
  return latest;
}

/** Sees to it that the reading does not outlast a millisecond by much. Tells whether it could. */
function endsInTime(): boolean {
  // One that is long overdue was lost, as those of a closed window are, or waits for a long job to end.
  if (timerSince !== undefined && reading - timerSince < LOST) return true;
  const since = reading;
  try {
    const timer: unknown = PLATFORM.later?.(() => {
      timerSince = undefined;
      uses = 0;
    }, 1);
    if (timer === undefined) return false;
    // In a browser it is a number, and nothing there waits for timers.
    (timer as { unref?: () => void }).unref?.();
  } catch {
    // Where timers are forbidden, as they are outside of requests on some platforms.
    return false;
  }
  timerSince = since;
  return true;
}

const MOST_USES = 64;
/** Milliseconds. */
const LOST = 1000;
