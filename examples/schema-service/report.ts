import { color } from '../color.js';

/** A report: what the example prints. Aligned tables, and a mark before each promise that was checked. */

export function heading(text: string): void {
  console.log(`\n${color.bold(text)}`);
}

/** Prints rows of cells, the first of each flush left and the others flush right. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): void {
  const widths = header.map((_, column) => Math.max(...[header, ...rows].map((row) => row[column]!.length)));
  const aligned = (cell: string, column: number) =>
    column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!);
  const line = (row: readonly string[]) => row.map(aligned).join('  ');
  console.log(color.dim(line(header)));
  for (const row of rows) console.log(line(row));
}

export function note(text: string): void {
  console.log(`  ${text}`);
}

/** Prints whether a promise was kept. One that was not makes the process fail, once it has ended. */
export function check(kept: boolean, promise: string): void {
  if (!kept) process.exitCode = 1;
  console.log(`${kept ? color.green('✓') : color.red('✗')} ${promise}`);
}

/** Prints why the program cannot go on, an error with its stack, and makes the process fail. */
export function fail(reason: unknown): void {
  process.exitCode = 1;
  console.error(color.red('✗'), reason);
}

/** Milliseconds in the unit that shows them best. */
export function duration(milliseconds: number): string {
  return milliseconds < 1 ? `${decimal(milliseconds * 1000, 1)} µs` : `${decimal(milliseconds, 2)} ms`;
}

export function queries(count: number): string {
  return count === 1 ? '1 query' : `${decimal(count)} queries`;
}

export function decimal(value: number, digits = 0): string {
  return value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}
