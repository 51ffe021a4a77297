import { isArray, keysOf } from '../platform.js';
import type { FillAnswer, Lease, LeaseAnswer, NewEntry, Store, StoredEntry, StoreKey } from '../store/store.js';
import { monotonic } from '../time/clock.js';

/** A store to be tested: an empty one, with two clients, and what lets a test act on it. */
export interface StoreUnderTest {
  readonly store: Store;
  /** Another client of the same store, as another process has one. */
  readonly other: Store;
  /** Lets time pass for the store: moves its clock, or waits. */
  advance(ms: number): void | Promise<void>;
  /** Sets the wall clock of the store back, if a test can. */
  setBack?(ms: number): void;
  /** Has each operation of the engine fail for `store` from now on, if a test can. */
  fail?(): void | Promise<void>;
  /** Removes the store after a case. */
  dispose?(): void | Promise<void>;
}

/** A case of the contract. */
export interface StoreCase {
  /** What a store does, in the present tense. */
  readonly name: string;
  /**
   * Makes a store and tries it. Rejects with an error if the store does something else. `skipped`: the store does not promise
   * this, or the test cannot bring it about.
   */
  run(): Promise<'passed' | 'skipped'>;
}

/** A case before it knows the store. It returns false if it does not apply. */
export type CaseBody = (given: StoreUnderTest) => Promise<false | void>;

export const KEY: StoreKey = { namespace: 'users.get@1', key: '1' };

/** Milliseconds that are long for an engine, and short for a person: leases, ttls and waits are a few of them. */
export const STEP = 200;

export function newEntry(text: string, more: Partial<NewEntry> = {}): NewEntry {
  return { value: bytesOf(text), ttl: Infinity, tags: [], ...more };
}

export function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/** Reads one key. Returns the text of its entry. */
export async function textOf(store: Store, key: StoreKey = KEY): Promise<string | undefined> {
  const entry = await entryOf(store, key);
  return entry && String.fromCharCode(...entry.value);
}

export async function entryOf(store: Store, key: StoreKey = KEY): Promise<StoredEntry | undefined> {
  return (await store.read([key]))[0];
}

/** Asks for a lease that is free. */
export async function take(store: Store, key: StoreKey = KEY, ms = STEP * 50, seen?: string): Promise<Lease> {
  const answer = await store.lease(key, ms, seen);
  equal('the answer for a free lease', answer.kind, 'taken');
  return (answer as Extract<LeaseAnswer, { kind: 'taken' }>).lease;
}

/** Takes the lease of a key and fills it. */
export async function put(store: Store, text: string, key: StoreKey = KEY, more?: Partial<NewEntry>): Promise<void> {
  const seen = (await entryOf(store, key))?.token;
  const answer = await store.fill(await take(store, key, undefined, seen), newEntry(text, more));
  equal('the answer of a fill', answer, 'stored' satisfies FillAnswer);
}

/** @throws Error if the two are not equal in content. */
export function equal(what: string, received: unknown, expected: unknown): void {
  const [was, wanted] = [shown(received), shown(expected)];
  if (was !== wanted) throw new Error(`${what}: expected ${wanted}, but got: ${was}`);
}

/** @throws Error unless a number lies in a range. */
export function between(what: string, received: unknown, least: number, most: number): void {
  const fits = typeof received === 'number' && received >= least && received <= most;
  if (!fits) throw new Error(`${what}: expected a number from ${least} to ${most}, but got: ${shown(received)}`);
}

/** Waits until a listener was told of something, as a message takes its time to come. @throws Error if it was not. */
export async function until(what: string, isTold: () => boolean): Promise<void> {
  for (const end = monotonic() + STEP * 15; !isTold() && monotonic() < end; ) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  equal(`whether the listener is told of ${what}`, isTold(), true);
}

/** The text of a value for comparison, with the properties of objects in the order of their names. */
function shown(value: unknown): string {
  if (value instanceof Uint8Array) return value.length > 64 ? `${value.length} bytes` : `bytes ${[...value]}`;
  if (isArray(value)) return `[${value.map(shown).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return typeof value === 'string' ? `'${value}'` : String(value);
  const parts = keysOf(value).sort();
  return `{ ${parts.map((name) => `${name}: ${shown((value as Record<string, unknown>)[name])}`).join(', ')} }`;
}
