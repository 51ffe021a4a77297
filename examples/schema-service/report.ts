import { color } from '../color.js';

/** The report that the example prints: aligned tables, and statements with a mark for whether they hold. */

export function heading(text: string): void {
  console.log(`\n${color.bold(text)}`);
}

/** Prints rows of cells. The first column is aligned left, the others are aligned right. */
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

/** Prints a statement and whether it holds. If it does not hold, the process exits with a failure at its end. */
export function check(holds: boolean, statement: string): void {
  if (!holds) process.exitCode = 1;
  console.log(`${holds ? color.green('✓') : color.red('✗')} ${statement}`);
}

/** Prints the reason why the program ends early and makes the process fail. An error is printed with its stack. */
export function fail(reason: unknown): void {
  process.exitCode = 1;
  console.error(color.red('✗'), reason);
}

/** Formats milliseconds as ms or, below 1 ms, as µs. */
export function duration(milliseconds: number): string {
  return milliseconds < 1 ? `${decimal(milliseconds * 1000, 1)} µs` : `${decimal(milliseconds, 2)} ms`;
}

export function queries(count: number): string {
  return count === 1 ? '1 query' : `${decimal(count)} queries`;
}

export function decimal(value: number, digits = 0): string {
  return value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}
