import { floor, max } from '../platform.js';

/** Texts for people: numbers with their units, and tables. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => max(...rows.map((row) => row[column]!.length)));
  const line = (row: readonly string[]) =>
    row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!))).join('  ');
  return rows.map(line).join('\n');
}

export function countText(count: number): string {
  return count.toLocaleString('en');
}

/** Returns bytes with a unit of powers of 1000. */
export function bytesText(bytes: number): string {
  return withUnit(bytes, [
    [1e9, 'GB'],
    [1e6, 'MB'],
    [1e3, 'kB'],
    [1, 'B'],
  ]);
}

/** Returns milliseconds as an age. */
export function ageText(ms: number): string {
  return withUnit(ms, [
    [86_400_000, 'd'],
    [3_600_000, 'h'],
    [60_000, 'min'],
    [1000, 's'],
  ]);
}

/** Returns a name of the program's for a terminal, on which no character of it can do anything. */
export function nameText(name: string): string {
  const text = JSON.stringify(name).slice(1, -1).replace(INVISIBLE, escapeOf);
  return text === '' ? "''" : text;
}

/** Characters that a terminal does not show, that look like a space, or that change the order of others. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\u00a0]/gu;

function escapeOf(character: string): string {
  return `\\u{${character.codePointAt(0)!.toString(16)}}`;
}

function withUnit(amount: number, units: readonly (readonly [number, string])[]): string {
  const [size, unit] = units.find(([least]) => amount >= least) ?? units.at(-1)!;
  const figure = max(0, amount / size);
  return `${figure < 10 && unit !== 'B' && unit !== 's' ? floor(figure * 10) / 10 : floor(figure)} ${unit}`;
}
