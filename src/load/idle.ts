import type { AgingEntry } from '../cache/aging-entry.js';
import type { ReceiverCache } from '../cache/receiver-cache.js';
import type { CallKey } from '../key/call-key.js';
import { min } from '../platform.js';

/** Lets an entry that a call has asked for live for `idle` from now on, but never past the end that it has anyway. */
export function renewIdle(cache: ReceiverCache, key: CallKey, { keptUntil }: AgingEntry, now: number): void {
  const { idle } = cache.definition.options;
  if (idle < Infinity) cache.entries.setTtl(key, min(idle, keptUntil - now));
}
