import { callAll } from '../call-all.js';
import type { Definition } from '../definition/definition.js';
import { type Counter, Counters } from '../definition/stats.js';
import { type CallKey, isTokens } from '../key/call-key.js';
import type { TokenList } from '../key/flatten.js';
import type { EvictionCause } from '../lru/options.js';
import { max, round } from '../platform.js';
import { shared } from '../shared-registry.js';
import { answerOf } from './aging-entry.js';
import { CacheExtras } from './cache-extras.js';
import { type Finder, openEntries } from './closed-cache.js';
import { type Entries, storedFor } from './entries.js';
import { end, expireTagged, safely } from './expiry.js';
import { FewEntries } from './few-entries.js';
import { fenceLoads, IDLE, type LoadState, type LoadsInFlight } from './loads-in-flight.js';
import { ManyEntries } from './many-entries.js';

/**
 * A receiver cache: the state of one definition for one receiver. It holds the entries, few or many, the loads in flight
 * and the counts, and never calls the method. Its own code reads entries only through `entries` or `current`; the members
 * of `FewEntries` are about few entries.
 */
export class ReceiverCache extends FewEntries implements LoadState {
  // The fields that a hit reads come first, and so lie together.
  readonly definition: Definition;
  #epoch: number;
  /** The entries, once they are more than a few. */
  #many: ManyEntries | undefined;
  #hits = 0;
  #misses = 0;
  /** Microseconds, whole ones so that most caches hold no number as an object of its own. */
  #loadTime = 0;
  #extras: CacheExtras | undefined;
  /** Another cache of the same receiver, of another definition. */
  readonly next: ReceiverCache | undefined;
  running: CallKey = IDLE;

  constructor(definition: Definition, receiver?: unknown, next?: ReceiverCache | undefined) {
    super(definition.options.capacity);
    this.definition = definition;
    this.#epoch = definition.epoch;
    this.next = next;
    if (definition.options.weigh !== undefined) this.#many = new ManyEntries(this, true);
    definition.source?.meets(this, receiver);
  }

  /** The entries, cleared since or not. */
  get entries(): Entries {
    return this.#many ?? this;
  }

  /** The entries, emptied first if the definition was cleared since the last access. */
  get current(): Entries {
    if (this.clearIfOutdated()) this.flushEvictions();
    return this.entries;
  }

  /** The parts that most caches never need. */
  get extras(): CacheExtras {
    this.#extras ??= new CacheExtras();
    return this.#extras;
  }

  /** Whether no load was counted yet. */
  get isNew(): boolean {
    return this.#misses === 0;
  }

  now(): number {
    return this.definition.now();
  }

  onEvicted(key: CallKey, stored: unknown, cause: EvictionCause): void {
    const { extras, definition } = this;
    extras.tags?.delete(key);
    extras.records?.delete(key);
    extras.counters.evictions[cause]++;
    definition.totals.evictions[cause]++;
    const load = definition.isResilient && cause === 'capacity' ? extras.loads?.get(key) : undefined;
    if (load !== undefined) load.isEvicted = true;
    if (definition.options.on.evict ?? shared.observer?.evicted) extras.pendingEvictions.push([key, stored, cause]);
  }

  /** The stored value for no arguments, counted as a hit; or `undefined`. No listener is told. */
  hitNone(): unknown {
    return this.#counted(this.#checked().findNone());
  }

  /** As `hitNone`, under a key that is no token list. */
  hitLone(key: CallKey): unknown {
    return this.#counted(this.#checked().findLone(key));
  }

  /** As `hitNone`, for two or three arguments that are their own tokens. */
  hitShort(count: 2 | 3, a: unknown, b: unknown, c?: unknown): unknown {
    return this.#counted(this.#checked().findShort(count, a, b, c));
  }

  /** As `hitNone`, under a token list. */
  hitList({ list, count }: TokenList): unknown {
    return this.#counted(this.#checked().findList(list, count));
  }

  /** The stored value of a key, made the most recent; or `undefined`. It is not counted, and no listener is told. */
  find(key: CallKey): unknown {
    const entries = this.#checked();
    return isTokens(key) ? entries.findList(key, key.length) : entries.findLone(key);
  }

  /** Stores a value. Entries become many only here. */
  storeValue(key: CallKey, value: unknown, ttl: number, weight?: number): void {
    if (this.#many === undefined && this.isFullFor(key)) this.#many = new ManyEntries(this);
    const { entries } = this;
    entries.write(key, storedFor(value), ttl, weight);
    // A clock is the user's code, and may have made them many.
    if (entries !== this.entries) this.removeAll();
  }

  /** As `storeValue`, under a key that has no entry and with a clock that is not the user's. */
  addValue(key: CallKey, value: unknown, ttl: number): void {
    if (this.#many === undefined || ttl < Infinity) this.storeValue(key, value, ttl);
    else this.#many.add(key, storedFor(value));
  }

  /** Removes an entry. Tells whether there was one. Where a clock throws, nothing is left. */
  removeEntry(key: CallKey, cause: EvictionCause = 'deleted'): boolean {
    return safely(this, () => this.entries.remove(key, cause));
  }

  /** Removes the entries that have a tag. Returns how many they were. */
  removeTagged(tag: string): number {
    this.clearIfOutdated();
    const keys = this.#extras?.tags?.keys(tag) ?? [];
    return keys.filter((key) => this.removeEntry(key)).length;
  }

  /** Expires the entries that have one of the tags. Returns how many they were. */
  expireTagged(tags: readonly string[]): number {
    return expireTagged(this, tags);
  }

  /** Removes a key, and fences its load. Tells whether there was either, or a failure. */
  delete(key: CallKey): boolean {
    return end(this, key, () => this.removeEntry(key));
  }

  /** Removes everything, and fences every load. */
  clear(): void {
    this.countChange();
    this.#empty();
    this.flushEvictions();
  }

  /** Changes the capacity. @throws OptionError when it is none. */
  resize(capacity: number): void {
    // Failures are counted, not weighed.
    if (this.definition.options.weigh === undefined) this.#extras?.failures?.setCapacity(capacity);
    this.current.setCapacity(capacity);
    this.flushEvictions();
  }

  /** Empties the cache if the definition was cleared since. Tells whether it was. Listeners are told at the next use. */
  clearIfOutdated(): boolean {
    if (this.#epoch === this.definition.epoch) return false;
    this.#epoch = this.definition.epoch;
    this.#empty();
    return true;
  }

  /** Tells the listener about evictions. Runs last in every operation: it may throw, or use the cache, which is whole again. */
  flushEvictions(): void {
    if (this.hasPendingEvictions) callAll(this.takePendingEvents());
  }

  get hasPendingEvictions(): boolean {
    return this.#extras !== undefined && this.#extras.pendingEvictions.length > 0;
  }

  /** The calls that `flushEvictions` would make, for a caller that has other listeners to call as well. */
  takePendingEvents(): (() => void)[] {
    if (!this.hasPendingEvictions) return [];
    const { listeners } = this.definition;
    const evictions = this.extras.pendingEvictions.splice(0);
    return evictions.map(([key, stored, cause]) => () => {
      shared.observer?.evicted?.(this, key, cause);
      listeners.evict(key, answerOf(stored), cause);
    });
  }

  get loads(): LoadsInFlight | undefined {
    return this.#extras?.loads;
  }

  set loads(loads: LoadsInFlight | undefined) {
    if (loads !== undefined || this.#extras !== undefined) this.extras.loads = loads;
  }

  /** Removes everything that the cache keeps, and fences every load. */
  #empty(): void {
    fenceLoads(this);
    this.entries.removeAll();
    this.#extras?.failures?.removeAll();
  }

  #checked(): Finder {
    if (this.#epoch !== this.definition.servedEpoch) return openEntries(this);
    return this.#many ?? this;
  }

  #counted(stored: unknown): unknown {
    if (stored !== undefined) this.countHit();
    return stored;
  }

  countHit(): void {
    this.#hits++;
    this.definition.totals.hits++;
  }

  countMiss(by = 1): void {
    this.#misses += by;
    this.definition.totals.misses += by;
  }

  /** Counts the milliseconds that loads have taken. */
  countTime(duration: number): void {
    const microseconds = max(0, round(duration * 1000));
    this.#loadTime += microseconds;
    this.definition.totals.loadTime += microseconds;
  }

  count(counter: Counter, by = 1): void {
    this.extras.counters[counter] += by;
    this.definition.totals[counter] += by;
  }

  /** Counts what a caller deletes, clears or puts. Only from the time on when the cache has extras, as a watch makes them. */
  countChange(): void {
    if (this.#extras !== undefined) this.#extras.changes++;
  }

  /** All counts of this receiver. */
  get counters(): Counters {
    const counted = { hits: this.#hits, misses: this.#misses, loadTime: this.#loadTime };
    return { ...(this.#extras?.counters ?? new Counters()), ...counted };
  }
}
