import type { Definition } from '../definition/definition.js';
import { nameOfKey } from '../store/names.js';
import type { FillAnswer, LeaseAnswer, StoreKey } from '../store/store.js';
import type { Steps } from './drive.js';
import type { StoreLink } from './store-link.js';
import { newHeader, timesOf } from './stored-times.js';
import type { StoredValues } from './stored-values.js';

/**
 * Stores a value that a caller has put, after the key was invalidated. Where another load has the lease, it began after
 * that, and its value is as new. Where the key was invalidated again before the lease was given, the value is not stored.
 *
 * @param told Ends when the store has been told of the invalidation.
 */
export function* fillGiven(
  link: StoreLink,
  values: StoredValues,
  definition: Definition,
  key: StoreKey,
  told: unknown,
  value: unknown,
  ttl: number,
  tags: readonly string[],
): Steps<FillAnswer | undefined> {
  const { puts } = link;
  const name = nameOfKey(key);
  const put = {};
  puts.set(name, put);
  try {
    // Not for all that is on its way to the store, which this fill is a part of.
    yield told;
    if (!link.isCurrent) return undefined;
    const answer: LeaseAnswer = yield link.asked.lease(key, undefined);
    if (answer.kind !== 'taken') return undefined;
    const all = [...tags, ...(key.tags ?? [])];
    const times = timesOf(definition, ttl, 0);
    const bytes: Uint8Array | undefined = yield* values.encode(newHeader(definition, key, times, all), value);
    if (bytes !== undefined && puts.get(name) === put)
      return yield link.asked.fill(answer.lease, { value: bytes, ttl: times.kept, tags: all });
    yield link.asked.release(answer.lease);
    return undefined;
  } finally {
    if (puts.get(name) === put) puts.delete(name);
  }
}
