import { random } from '../platform.js';
import type { MarkRecord } from './engine.js';
import type { Invalidated, StoreKey } from './store.js';

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

/** Returns a text that no other call returns, in any process. */
export function newToken(): string {
  return random().toString(36).slice(2) + random().toString(36).slice(2);
}
