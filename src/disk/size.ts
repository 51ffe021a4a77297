import { mismatch, OptionError } from '../errors.js';

/** A number of bytes, or a text with its unit, such as `'500MB'`. The units are powers of 1000. */
export type Bytes = number | `${number}${'kB' | 'MB' | 'GB' | 'TB'}`;

/** Returns the bytes of a size. @throws OptionError when it is none. */
export function bytesOf(name: string, given: unknown): number {
  const [, figure, unit] = typeof given === 'string' ? (/^(\d+(?:\.\d+)?)(kB|MB|GB|TB)$/.exec(given) ?? []) : [];
  const bytes = typeof given === 'number' ? given : Number(figure) * UNITS[unit as keyof typeof UNITS];
  if (bytes >= LEAST && bytes <= MOST) return bytes;
  throw new OptionError(mismatch(name, `a number from ${LEAST} to 16 TB, or a text such as '500MB'`, given));
}

const UNITS = { kB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12 };
const LEAST = 1e6;
const MOST = 16e12;
