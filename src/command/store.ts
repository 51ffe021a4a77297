import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { NamespaceInfo } from '../disk/inventory.js';
import { max } from '../platform.js';
import { ageText, bytesText, countText, nameText, table } from './text.js';

/** Adds `memokit store`. */
export function storeCommand(program: Command): void {
  program
    .command('store')
    .description('lists what a store on disk has, and removes entries from it')
    .argument('[directory]', 'the directory of the store')
    .argument('[clear]', 'the word clear, to remove entries')
    .argument('[namespace]', 'the namespace whose entries are removed')
    .option('--json', 'prints the list as JSON')
    .option('--all', 'with clear: removes the entries of all namespaces')
    .option('--yes', 'with clear: removes them; without it, clear only says what it would remove')
    .allowExcessArguments()
    .action(async (_directory, _clear, _namespace, options: StoreFlags, command: Command) => {
      console.log(await runStore(command.args, options));
    });
}

interface StoreFlags {
  readonly json?: boolean;
  readonly all?: boolean;
  readonly yes?: boolean;
}

/** Returns what `memokit store` prints. @throws with what to tell the user instead. */
async function runStore(args: readonly string[], flags: StoreFlags): Promise<string> {
  const [given, action, namespace, ...rest] = args;
  if (!given) throw new Error('expected a directory');
  if (action === undefined && (flags.all || flags.yes)) throw new Error('expected clear before --all or --yes');
  if ((action !== undefined && action !== 'clear') || rest.length > 0)
    throw new Error(`expected 'clear NAMESPACE' or nothing after the directory, but got: ${args.slice(1).join(' ')}`);
  const directory = resolve(given);
  const { inventoryOf, requireStore } = await disk();
  requireStore(directory);
  const infos = await inventoryOf(directory);
  if (action === undefined) return flags.json ? json(directory, infos) : list(directory, infos);
  if ((namespace === undefined) !== (flags.all === true)) throw new Error('expected a namespace after clear, or --all');
  return clear(directory, flags.all ? infos : [one(directory, infos, namespace!)], flags.all, flags.yes);
}

/** The parts of memokit/disk, which need the package `lmdb`. */
async function disk(): Promise<typeof import('./disk.js')> {
  try {
    return await import('./disk.js');
  } catch (error) {
    const { code } = error as { code?: string };
    if (code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new Error('the package lmdb is not installed: npm install lmdb');
  }
}

async function clear(
  directory: string,
  infos: readonly NamespaceInfo[],
  isAll = false,
  isSure = false,
): Promise<string> {
  const { entries, bytes } = sumOf(infos);
  const what = `${countText(entries)} ${entries === 1 ? 'entry' : 'entries'} (${bytesText(bytes)}) of ${isAll ? 'all namespaces' : nameText(infos[0]!.namespace)}`;
  if (!isSure) throw new Error(`this would remove ${what} from ${directory}: add --yes to do it`);
  const { diskStore } = await disk();
  const store = diskStore(directory);
  const isDone = isAll ? store.clear() : store.clear(infos[0]!.namespace);
  const { error } = store.state;
  await store.close();
  if (!isDone) throw error;
  return `removed ${what}`;
}

function one(directory: string, infos: readonly NamespaceInfo[], namespace: string): NamespaceInfo {
  const found = infos.find((info) => info.namespace === namespace) ?? shown(infos, namespace);
  if (found) return found;
  throw new Error(`${directory} has no entries of ${nameText(namespace)}`);
}

/** Returns the one namespace that the list shows as a text. */
function shown(infos: readonly NamespaceInfo[], text: string): NamespaceInfo | undefined {
  const found = infos.filter(({ namespace }) => nameText(namespace) === text);
  return found.length === 1 ? found[0] : undefined;
}

function list(directory: string, infos: readonly NamespaceInfo[]): string {
  if (infos.length === 0) return `${directory} has no entries`;
  const now = Date.now();
  const row = (name: string, { entries, bytes, oldest, newest, hits }: Omit<NamespaceInfo, 'namespace'>) => [
    name,
    countText(entries),
    bytesText(bytes),
    ageText(now - oldest),
    ageText(now - newest),
    countText(hits),
  ];
  const rows = infos.map((info) => row(nameText(info.namespace), info));
  if (infos.length > 1) rows.push(row('all', sumOf(infos)));
  return table([['namespace', 'entries', 'size', 'oldest', 'newest', 'hits'], ...rows]);
}

function json(directory: string, infos: readonly NamespaceInfo[]): string {
  const now = Date.now();
  const namespaces = infos.map(({ oldest, newest, ...rest }) => ({
    ...rest,
    oldestMs: max(0, now - oldest),
    newestMs: max(0, now - newest),
  }));
  return JSON.stringify({ directory, namespaces }, undefined, 2);
}

function sumOf(infos: readonly NamespaceInfo[]): Omit<NamespaceInfo, 'namespace'> {
  const sum = { entries: 0, bytes: 0, oldest: Infinity, newest: -Infinity, hits: 0 };
  for (const { entries, bytes, oldest, newest, hits } of infos) {
    sum.entries += entries;
    sum.bytes += bytes;
    sum.hits += hits;
    sum.oldest = oldest < sum.oldest ? oldest : sum.oldest;
    sum.newest = max(newest, sum.newest);
  }
  return sum;
}
