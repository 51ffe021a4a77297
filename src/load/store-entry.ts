import { AgingEntry, aged } from '../cache/aging-entry.js';
import type { EntryRecord } from '../cache/entry-record.js';
import type { ReceiverCache } from '../cache/receiver-cache.js';
import { CallIndex } from '../key/call-index.js';
import type { CallKey } from '../key/call-key.js';
import { sameValue } from '../platform.js';
import { TagIndex } from '../tags/tag-index.js';

/**
 * Stores a result as an entry with tags, in place of the entry and the tags that the key had. `value` is what callers are
 * given: the result or, for an async method, a promise of it. `age` is the milliseconds since it was loaded.
 */
export function storeEntry(
  cache: ReceiverCache,
  key: CallKey,
  value: unknown,
  result: unknown,
  ttl: number,
  tags: readonly string[],
  weight: number,
  isGiven = false,
  age = 0,
): void {
  const { definition } = cache;
  const [entry, keptFor] = definition.isAging ? aged(value, result, ttl, definition, age) : [value, ttl];
  const old = definition.isAging ? cache.entries.peek(key) : undefined;
  // The same value again is no replacement, of which a listener would be told.
  const isRenewed = old instanceof AgingEntry && sameValue(old.value, value);
  // A value that was put is recorded too: the promise in its entry does not tell it.
  const isAsked = definition.recordedSince !== undefined || (isGiven && definition.promises === true);
  const isRecorded = isAsked && !definition.isAging;
  // The clock is read before the entry is stored, because it is the user's code.
  const loadedAt = isRecorded ? cache.now() - age : 0;
  cache.storeValue(key, isRenewed ? old : entry, keptFor, weight);
  // Not before, as the entry stays as it was where it cannot be stored.
  if (isRenewed) old.renew(entry as AgingEntry);
  // An entry that is heavier than the capacity was not stored.
  if (keptFor > 0 && weight <= cache.entries.capacity) {
    if (isRecorded) setRecord(cache, key, { value, result, loadedAt });
    if (definition.isTagged) setTags(cache, key, tags);
  }
  if (definition.isResilient) forgetFailure(cache, key);
}

function setRecord({ extras }: ReceiverCache, key: CallKey, record: EntryRecord): void {
  extras.records ??= new CallIndex();
  extras.records.set(key, record);
}

function setTags(cache: ReceiverCache, key: CallKey, tags: readonly string[]): void {
  const { extras } = cache;
  if (tags.length > 0) extras.tags ??= new TagIndex(cache);
  extras.tags?.set(key, tags);
}

/** Forgets the failure of a key. */
export function forgetFailure({ extras }: ReceiverCache, key: CallKey): void {
  extras.failures?.remove(key, 'deleted');
  // An outage is over, and its errors may hold much.
  if (extras.failures?.size === 0) extras.failures = undefined;
}
