import type { StoredEntry, StoreKey } from '../store/store.js';
import { all, type KeyNames } from './key-names.js';
import { partsOf } from './parts.js';
import { entryOf, type Mark, readMark, readRecord, stateOf } from './record.js';

/** The keys that are wanted, with the names of their entries and of the marks that are known to end them. */
export interface Wanted {
  readonly keys: readonly StoreKey[];
  readonly entries: readonly string[];
  readonly marks: readonly string[];
}

export async function wantedOf(names: KeyNames, keys: readonly StoreKey[]): Promise<Wanted> {
  const [namespaces, tags] = [new Set<string>(), new Set<string>()];
  for (const { namespace, tags: known = [] } of keys) {
    namespaces.add(namespace);
    for (const tag of known) tags.add(tag);
  }
  const marks = [
    ...[...namespaces].map((namespace) => names.mark('namespace', namespace)),
    ...[...tags].map((tag) => names.mark('tag', tag)),
  ];
  return { keys, entries: await all(keys.map((key) => names.of(key))), marks: await all(marks) };
}

/**
 * Reads entries together with the marks that are known. Other marks, which only the entries name, are read after them: marks only move on, so an entry that a later mark leaves valid was valid when it was read.
 *
 * @param run Runs `READ`.
 */
export async function readEntries(
  names: KeyNames,
  { keys, entries, marks }: Wanted,
  run: (keys: readonly string[]) => Promise<unknown>,
): Promise<(StoredEntry | undefined)[]> {
  const known = new Map<string, Mark>();
  let now = 0;
  const read = async (entries: readonly string[], marks: readonly string[]) => {
    const asked = [...entries.map((name) => names.entry(name)), ...marks.map((mark) => names.keyOfMark(mark))];
    const [time, found] = (await run(asked)) as [unknown, unknown[]];
    now = Number(`${time}`) / 1000;
    for (let at = 0; at < marks.length; at++) known.set(marks[at]!, readMark(found[entries.length + at]));
    return found;
  };
  const found = await read(entries, marks.slice(0, MOST_MARKS));
  const records = keys.map((key, at) => readRecord(found[at], key));
  const unknown = new Set<string>();
  for (const record of records) {
    if (record === undefined || known.has(record.marks)) continue;
    for (const mark of record.marks.split('\t')) if (!known.has(mark)) unknown.add(mark);
  }
  for (const others of partsOf([...unknown], MOST_MARKS)) await read([], others);
  return records.map((record) => record && entryOf(record, stateOf(record, known), now));
}

/** The most marks that one script reads: Lua takes less than 8000 texts at once. */
const MOST_MARKS = 1000;
