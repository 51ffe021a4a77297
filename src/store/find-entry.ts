import { max } from '../platform.js';
import type { Engine } from './engine.js';
import { marksOfEntry, NO_MARK, nameOfKey } from './names.js';
import type { StoredEntry, StoreKey } from './store.js';

/** Returns the entry of a key in an engine at a time, unless it has ended or was invalidated. */
export function findEntry(engine: Engine, { namespace, key }: StoreKey, now: number): StoredEntry | undefined {
  const name = nameOfKey({ namespace, key });
  const record = engine.entry(name);
  if (!record || now < record.storedAt || now >= record.endsAt) return undefined;
  const { value, tags, token, clock } = record;
  let { isExpired } = record;
  for (const mark of marksOfEntry(namespace, tags)) {
    const { removed, expired } = engine.mark(mark) ?? NO_MARK;
    if (removed > clock) return undefined;
    isExpired ||= expired > clock;
  }
  engine.used?.(name, record);
  return { value, age: now - record.storedAt, left: record.endsAt - now, tags, token, isExpired };
}

/** Whether a namespace or one of the tags was invalidated after a lease was given at this clock. */
export function isFenced(engine: Engine, namespace: string, tags: readonly string[], clock: number): boolean {
  const marks = marksOfEntry(namespace, tags).map((mark) => engine.mark(mark) ?? NO_MARK);
  return marks.some(({ removed, expired }) => max(removed, expired) > clock);
}
