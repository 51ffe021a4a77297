import { isArray } from '../platform.js';
import type { Invalidated, InvalidationMode, StoreKey } from '../store/store.js';

/** What the channel of a store carries. */
export type Message =
  | { readonly kind: 'filled'; readonly key: StoreKey }
  | {
      readonly kind: 'invalidated';
      /** The clock before and after the invalidation. */
      readonly previous: number;
      readonly current: number;
      /** The client that invalidated. */
      readonly source: string;
      readonly mode: InvalidationMode;
      readonly what: Invalidated;
    };

/** Returns the message of a fill or release: `filled:["namespace","key"]`. */
export function filledMessage({ namespace, key }: StoreKey): string {
  return `filled:${JSON.stringify([namespace, key])}`;
}

/**
 * Returns the end of the message of an invalidation, before which the server writes the clock: all of it is
 * `previous:current:source:mode:what`.
 */
export function invalidatedMessage(source: string, mode: InvalidationMode, what: Invalidated): string {
  const names = 'keys' in what ? what.keys.map(({ namespace, key }) => [namespace, key]) : undefined;
  return `${source}:${mode}:${JSON.stringify(names ?? what)}`;
}

/** Reads a message. Returns `undefined` for anything else. */
export function parseMessage(text: string): Message | undefined {
  try {
    if (text.startsWith('filled:')) {
      const [namespace, key] = JSON.parse(text.slice(7));
      return { kind: 'filled', key: { namespace, key } };
    }
    const [, previous, current, source, mode, names] = /^(\d+):(\d+):(\w+):(remove|expire):(.+)$/s.exec(text) ?? [];
    if (names === undefined) return undefined;
    const given = JSON.parse(names);
    const what = isArray(given) ? { keys: given.map(([namespace, key]) => ({ namespace, key })) } : given;
    return {
      kind: 'invalidated',
      previous: Number(previous),
      current: Number(current),
      source: source!,
      mode: mode as InvalidationMode,
      what,
    };
  } catch {
    return undefined;
  }
}
