import { requireOption } from '../validate.js';

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
  const time = typeof given === 'string' ? parsed(given) : given;
  if (typeof time === 'number' && (isPositive ? time > 0 : time >= 0) && (time <= most || time === Infinity))
    return time;
  const range = `a number ${isPositive ? 'above' : 'from'} 0${most < Infinity ? `, at most ${most}, or Infinity` : ''}`;
  requireOption(false, name, `${range}, or a text such as '90s'${other}`, given);
  return 0;
}

/** Returns the milliseconds of a text, NaN if it is no duration. A text never stands for `Infinity`. */
function parsed(text: string): number {
  const [, figure, unit] = /^(\d+(?:\.\d+)?)(ms|[smhd])$/.exec(text) ?? [];
  const time = Number(figure) * UNITS[unit as keyof typeof UNITS];
  return time < Infinity ? time : Number.NaN;
}

const UNITS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
