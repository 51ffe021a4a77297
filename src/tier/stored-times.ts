import type { EntryHeader } from '../codec/entry.js';
import type { Definition } from '../definition/definition.js';
import { max } from '../platform.js';
import type { StoredEntry, StoreKey } from '../store/store.js';
import { scopeOfTag } from './scopes.js';

/** How long a value is fresh and how long it is kept, and how long its load took, in milliseconds. */
export interface StoredTimes {
  readonly fresh: number;
  readonly kept: number;
  readonly load: number;
}

/** Returns the times of a value that is stored now: what the stale options and `revalidate` allow past its ttl counts. */
export function timesOf({ options }: Definition, ttl: number, load: number): StoredTimes {
  const { staleWhileRevalidate, staleIfError, revalidate } = options;
  return { fresh: ttl, kept: ttl + max(staleWhileRevalidate, staleIfError, revalidate), load };
}

export function newHeader(
  definition: Definition,
  { key }: StoreKey,
  { fresh, kept, load }: StoredTimes,
  tags: readonly string[],
): EntryHeader {
  const storedAt = Date.now();
  const isPromised = definition.promises === true;
  const [softExpiresAt, expiresAt] = [storedAt + fresh, storedAt + kept];
  return { storedAt, expiresAt, softExpiresAt, loadDuration: load, tagClock: 0, tags, isPromised, key };
}

/** Returns how long an entry was fresh when it was stored. */
export function freshFor({ softExpiresAt, storedAt }: EntryHeader): number {
  return softExpiresAt - storedAt;
}

/** Returns the tags of an entry, without the one that stands for its scope. */
export function userTagsOf({ tags }: StoredEntry): readonly string[] {
  return tags.filter((tag) => scopeOfTag(tag) === undefined);
}
