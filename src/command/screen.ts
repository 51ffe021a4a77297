import Table from 'cli-table3';
import colors from 'picocolors';
import { entriesOf, floor, max, min } from '../platform.js';
import type { CacheRow, Snapshot } from '../top/protocol.js';
import { type Ranking, ranked, ratioOf, SORT_KEYS, type SortKey } from './ranking.js';
import { ageText, countText, nameText } from './text.js';

/** What is drawn of a snapshot: how wide, from which row on, and how many rows. */
export interface View {
  readonly ranking: Ranking;
  readonly width: number;
  /** The number of rows above that are not drawn. */
  readonly offset: number;
  readonly most: number;
  /** The calls per second since the snapshot before; `undefined` if there was none. */
  readonly rate?: number | undefined;
}

/** Returns the lines about the program, the table, and a line about the rows that are not drawn. */
export function drawn(snapshot: Snapshot, { ranking, width, offset, most, rate }: View): string {
  const rows = ranked(snapshot.caches, ranking);
  const shown = rows.slice(offset, offset + most);
  const lines = [cut(summary(snapshot, rows.length, ranking.filter, rate), width)];
  if (shown.length > 0) lines.push(...tableOf(shown, ranking, width));
  else lines.push('', snapshot.caches.length === 0 ? 'The program has no caches.' : 'No cache has such a name.');
  if (shown.length < rows.length)
    lines.push(colors.dim(`rows ${offset + 1} to ${offset + shown.length} of ${rows.length}`));
  return lines.join('\n');
}

function summary({ title, id, uptime, caches }: Snapshot, found: number, filter: string, rate?: number): string {
  const all = caches.reduce((sum, { stats }) => sum + stats.hits + stats.misses, 0);
  const what =
    filter === '' ? `${countText(found)} caches` : `${countText(found)} of ${countText(caches.length)} caches`;
  const calls =
    rate === undefined ? `${figureText(all)} calls` : `${figureText(all)} calls, ${figureText(rate)} per second`;
  return `${nameText(title)} (${id}), up ${ageText(uptime)}: ${what}, ${calls}`;
}

/** The columns, each with the sort key that it goes by. */
const COLUMNS: readonly (readonly [key: SortKey, title: string, short: string])[] = [
  ['name', 'name', 'name'],
  ['receivers', 'receivers', 'recv'],
  ['entries', 'entries', 'entries'],
  ['ratio', 'hit ratio', 'hits'],
  ['loads', 'loads', 'loads'],
  ['errors', 'errors', 'errors'],
  ['time', 'mean load', 'mean'],
  ['evictions', 'evicted by', 'evicted by'],
];

/** Columns of a width below which their short titles are used. */
const ROOMY = 100;

function tableOf(rows: readonly CacheRow[], { sort, isReversed }: Ranking, width: number): string[] {
  const isRoomy = width >= ROOMY;
  const titles = COLUMNS.map(([key, title, short]) => {
    const isDown = (key === 'name') === isReversed;
    return `${isRoomy ? title : short}${key === sort ? (isDown ? '▼' : '▲') : ''}`;
  });
  let cells = rows.map((row) => cellsOf(row, evictedText(row, isRoomy)));
  let widths = widthsOf([titles, ...cells]);
  const sum = () => widths.reduce((all, each) => all + each, 0) + widths.length - 1;
  if (!isRoomy || sum() > width) {
    cells = rows.map((row) => cellsOf(row, evictedText(row, false)));
    widths = widthsOf([titles, ...cells]);
  }
  // What the causes can spare, the name gets. Columns that are too long are cut.
  const last = widths.length - 1;
  const spare = width - (sum() - widths[0]! - widths[last]!);
  widths[last] = max(min(widths[last]!, max(LEAST_CAUSES, spare - widths[0]!)), 1);
  widths[0] = max(min(widths[0]!, spare - widths[last]!), LEAST_NAME);
  const gap = width - sum() >= last ? 2 : 1;
  const table = new Table({
    chars: { ...NO_LINES, middle: ' '.repeat(gap) },
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [], compact: true },
    colWidths: widths,
    colAligns: COLUMNS.map(([key]) => (key === 'name' || key === 'evictions' ? 'left' : 'right')),
  });
  table.push(titles.map((title, at) => (COLUMNS[at]![0] === sort ? colors.bold(title) : colors.dim(title))));
  for (const [at, row] of rows.entries()) table.push(painted(row, cells[at]!));
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd());
}

const LEAST_CAUSES = 12;
const LEAST_NAME = 8;

const NO_LINES = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
};

function widthsOf(lines: readonly (readonly string[])[]): number[] {
  return COLUMNS.map((_, column) => max(...lines.map((cells) => cells[column]!.length)));
}

function cellsOf(row: CacheRow, evicted: string): string[] {
  const { name, isShared, receivers, entries, stats } = row;
  const ratio = ratioOf(row);
  const isTimed = stats.loads + stats.loadErrors > 0;
  return [
    nameText(name),
    isShared ? 'all' : figureText(receivers),
    figureText(entries),
    // Rounded down, so that 100 % is all.
    ratio === undefined ? UNKNOWN : `${(floor(ratio * 1000) / 10).toFixed(1)}%`,
    figureText(stats.loads),
    figureText(stats.loadErrors),
    isTimed ? timeText(stats.meanLoadTime) : UNKNOWN,
    evicted,
  ];
}

function painted({ stats }: CacheRow, cells: readonly string[]): string[] {
  const isError = stats.loadErrors > 0;
  return cells.map((cell, at) => (isError && COLUMNS[at]![0] === 'errors' ? colors.red(cell) : cell));
}

const SHORT_CAUSES: Record<string, string> = {
  capacity: 'cap',
  expired: 'exp',
  deleted: 'del',
  replaced: 'rep',
  cleared: 'clr',
};

/** Returns the causes of evictions with their counts, the most frequent first. */
function evictedText({ stats }: CacheRow, isRoomy: boolean): string {
  const causes = entriesOf(stats.evictions).filter(([, count]) => count > 0);
  causes.sort(([, a], [, b]) => b - a);
  const text = causes.map(
    ([cause, count]) => `${isRoomy ? cause : (SHORT_CAUSES[cause] ?? cause)} ${figureText(count)}`,
  );
  return text.join(' ') || UNKNOWN;
}

/** What stands for a figure that is not known, or that there is none of. */
const UNKNOWN = '–';

/** Returns a count: exact up to 99,999, and with three figures above. */
export function figureText(count: number | null): string {
  if (count === null) return UNKNOWN;
  if (count < 100_000) return countText(floor(count));
  return Intl.NumberFormat('en', { notation: 'compact', maximumSignificantDigits: 3 }).format(count);
}

/** Returns milliseconds with a unit. */
function timeText(ms: number): string {
  if (ms < 0.9995) return `${(ms * 1000).toFixed(0)} µs`;
  if (ms < 999.5) return `${ms.toPrecision(3)} ms`;
  return `${countText(floor(ms / 100) / 10)} s`;
}

function cut(line: string, width: number): string {
  return line.length > width ? `${line.slice(0, width - 1)}…` : line;
}

/** The lines that tell the keys of the keyboard. */
export function keysText(width: number): string {
  const sorts = COLUMNS.map(([key, , short]) => `${SORT_KEYS[key]} ${short.replace(' by', '')}`);
  const lines = [`sort: ${sorts.join('  ')}`, 'the same letter again: reverse   / filter   ↑ ↓ scroll   q quit'];
  return lines.map((line) => colors.dim(cut(line, width))).join('\n');
}
