import { requireOption } from './require-option.js';

/**
 * A clock: a source of time in milliseconds that does not run backwards. Only differences count,
 * so the zero may lie anywhere. A function, or an object with `now()` such as `performance`.
 */
export type Clock = (() => number) | { now(): number };

/** The default clock. Monotonic, and looked up at each reading, so that fake timers can replace it. */
export function monotonic(): number {
  return performance.now();
}

/** How to read a clock. `now` is looked for first: Date is a function too, but one that returns a string. */
export function reader(clock: Clock): () => number {
  const read = 'now' in clock ? () => clock.now() : clock;
  return () => {
    const time: unknown = read();
    requireOption(typeof time === 'number' && !Number.isNaN(time), 'clock', 'to be given a number', time);
    return time as number;
  };
}
