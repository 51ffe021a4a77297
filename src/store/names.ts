import { random } from '../platform.js';
import type { MarkRecord } from './engine.js';
import type { Invalidated, LeaseAnswer, StoreKey } from './store.js';

/** The names of keys and marks in the tables of an engine. Returns the text for a key. No two keys have the same. */
export function nameOfKey({ namespace, key }: StoreKey): string {
  return `${namespace.length}:${namespace}${key}`;
}

/** Returns the namespace in the text for a key. */
export function namespaceOf(name: string): string {
  const start = name.indexOf(':') + 1;
  return name.slice(start, start + Number(name.slice(0, start - 1)));
}

/** The marks that an invalidation sets. */
export function marksOf(what: Invalidated): string[] {
  if ('tags' in what) return what.tags.map((tag) => `t${tag}`);
  return 'namespace' in what ? [`n${what.namespace}`] : [];
}

/** The marks that end an entry. */
export function marksOfEntry(namespace: string, tags: readonly string[]): string[] {
  return [`n${namespace}`, ...tags.map((tag) => `t${tag}`)];
}

/** The mark of a namespace or tag that was never invalidated. */
export const NO_MARK: MarkRecord = { removed: 0, expired: 0 };

/**
 * Returns a text that no other call returns, in any process. The token of a lease carries the trace of its load after a dot;
 * anything that is no short word is no trace.
 */
export function newToken(trace?: string): string {
  const token = random().toString(36).slice(2) + random().toString(36).slice(2);
  return trace !== undefined && /^[\w-]{1,64}$/.test(trace) ? `${token}.${trace}` : token;
}

/** Returns the token that an entry has, which is that of the lease without the trace. */
export function tokenOfEntry(token: string): string {
  return token.split('.', 1)[0]!;
}

/** Returns the answer that another holder has a lease, given its token. */
export function heldFor(ms: number, token: string): LeaseAnswer {
  const trace = token.split('.')[1];
  return trace === undefined ? { kind: 'held', ms } : { kind: 'held', ms, trace };
}
