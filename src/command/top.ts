import { type Command, InvalidArgumentError } from 'commander';
import { keysOf } from '../platform.js';
import { isSortKey, SORT_KEYS, type SortKey } from './ranking.js';

const NAMES = keysOf(SORT_KEYS).join(', ');

/** Adds `memokit top`. */
export function topCommand(program: Command): void {
  program
    .command('top')
    .description('shows the caches of a running program, which has called expose() of memokit/top')
    .argument('[id]', 'the process id of the program, where several are exposed')
    .option('--sort <column>', `what the rows are sorted by: ${NAMES}`, sortKey, 'loads')
    .option('--reverse', 'turns the order round')
    .option('--filter <text>', 'shows the caches whose names contain a text', '')
    .option('--interval <seconds>', 'the time between two looks at the program', seconds, 1)
    .option('--once', 'prints the table once, as it does where the output is no terminal')
    .option('--json', 'prints one snapshot as JSON')
    .option('--directory <path>', 'the directory that the program has given to expose()')
    .action(runTop);
}

interface TopFlags {
  readonly sort: SortKey;
  readonly reverse?: boolean;
  readonly filter: string;
  readonly interval: number;
  readonly once?: boolean;
  readonly json?: boolean;
  readonly directory?: string;
}

async function runTop(id: string | undefined, flags: TopFlags): Promise<void> {
  const { find } = await import('./programs.js');
  const [found, snapshot] = await find(id, flags.directory);
  const ranking = { sort: flags.sort, isReversed: flags.reverse === true, filter: flags.filter };
  if (flags.json) {
    const { ranked } = await import('./ranking.js');
    console.log(JSON.stringify({ ...snapshot, caches: ranked(snapshot.caches, ranking) }, undefined, 2));
    return;
  }
  const { stdin, stdout } = process;
  if (flags.once || !stdout.isTTY || !stdin.isTTY) {
    const { drawn } = await import('./screen.js');
    // Nothing is cut where no terminal is too narrow for it.
    const width = stdout.columns ?? WIDEST;
    console.log(drawn(snapshot, { ranking, width, offset: 0, most: Infinity }));
    return;
  }
  const { LiveTable } = await import('./live.js');
  await new LiveTable(found, snapshot, ranking, flags.interval * 1000).run();
}

const WIDEST = 1000;

function sortKey(given: string): SortKey {
  if (isSortKey(given)) return given;
  throw new InvalidArgumentError(`Expected one of: ${NAMES}.`);
}

function seconds(given: string): number {
  const value = Number(given);
  if (value >= 0.1 && value <= 3600) return value;
  throw new InvalidArgumentError('Expected seconds from 0.1 to 3600.');
}
