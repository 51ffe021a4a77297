import { mismatch, OptionError } from '../errors.js';

/**
 * A duration: a number of milliseconds, or a text with its unit, such as `'90s'` or `'1.5h'`. The units are `ms`, `s`, `m`
 * for minutes, `h` and `d` for days of 24 hours.
 */
export type Duration = number | `${number}${'ms' | 's' | 'm' | 'h' | 'd'}`;

/**
 * Returns the milliseconds of a duration. @throws OptionError when it is none, or is out of range.
 *
 * @param name The option that gave the duration.
 * @param isPositive Whether 0 is out of range.
 * @param most The most milliseconds, beside `Infinity`.
 * @param other What the option takes beside a duration, for the message.
 */
export function durationOf(name: string, given: unknown, isPositive = false, most = Infinity, other = ''): number {
  const time = millisecondsOf(given);
  if ((isPositive ? time > 0 : time >= 0) && (time <= most || time === Infinity)) return time;
  const range = `a number ${isPositive ? 'above' : 'from'} 0${most < Infinity ? `, at most ${most}, or Infinity` : ''}`;
  throw new OptionError(mismatch(name, `${range}, or a text such as '90s'${other}`, given));
}

/** Returns the milliseconds of a duration, or NaN for anything else. A text never stands for `Infinity`. */
export function millisecondsOf(given: unknown): number {
  if (typeof given !== 'string') return typeof given === 'number' ? given : Number.NaN;
  const [, figure, unit] = /^(\S+?)(ms|[smhd])$/.exec(given) ?? [];
  const time = Number(figure) * UNITS[unit as keyof typeof UNITS];
  return time < Infinity ? time : Number.NaN;
}

const UNITS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
