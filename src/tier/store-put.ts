import type { Definition } from '../definition/definition.js';
import { nameOfKey } from '../store/names.js';
import type { FillAnswer, Lease, StoreKey } from '../store/store.js';
import type { Maybe } from './asked-store.js';
import type { Steps } from './drive.js';
import type { StoreLink } from './store-link.js';
import { newHeader, timesOf } from './stored-times.js';
import type { StoredValues } from './stored-values.js';

/**
 * Stores a value that a caller has put, under the lease that was given with the invalidation of its key. What is invalidated
 * later fences it.
 */
export function* fillGiven(
  link: StoreLink,
  values: StoredValues,
  definition: Definition,
  key: StoreKey,
  given: Maybe<Lease | undefined>,
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
    const lease: Lease | undefined = yield given;
    if (lease === undefined) return undefined;
    const all = [...tags, ...(key.tags ?? [])];
    const times = timesOf(definition, ttl, 0);
    const bytes: Uint8Array | undefined = yield* values.encode(newHeader(definition, key, times, all), value);
    if (bytes !== undefined && puts.get(name) === put)
      return yield link.asked.fill(lease, { value: bytes, ttl: times.kept, tags: all });
    yield link.asked.release(lease);
    return undefined;
  } finally {
    if (puts.get(name) === put) puts.delete(name);
  }
}
