import { callAll } from '../call-all.js';
import type { Definition } from '../definition/definition.js';
import { type CacheStats, Counters, snapshot } from '../definition/stats.js';
import { type CallKey, isTokens } from '../key/call-key.js';
import type { TokenList } from '../key/flatten.js';
import type { EvictionCause } from '../lru/options.js';
import { tagTime } from '../tags/invalidation-log.js';
import { TagIndex } from '../tags/tag-index.js';
import type { Entries } from './entries.js';
import { FewEntries } from './few-entries.js';
import { ManyEntries } from './many-entries.js';
import { resultOf, storedFor } from './stored.js';

/**
 * The call entries: what one definition has stored for one receiver, few or many, with what has been counted. Whoever
 * looks at them goes through `current`; what `FewEntries` offers is about few.
 */
export abstract class CallEntries extends FewEntries {
  // What a hit looks at comes first, and so lies together.
  readonly definition: Definition;
  #epoch: number;
  /** The entries, once they are more than a few. */
  #many: ManyEntries | undefined;
  #hits = 0;
  #misses = 0;
  /** Microseconds, whole ones so that most caches hold no number as an object of its own. */
  #loadTime = 0;
  #rare: Rare | undefined;

  constructor(definition: Definition) {
    super(definition.options.capacity);
    this.definition = definition;
    this.#epoch = definition.epoch;
  }

  /** The entries as they are now, emptied first when the definition was cleared since. To be gone through before each look. */
  get current(): Entries {
    if (this.renew()) this.announce();
    return this.stored;
  }

  now(): number {
    return this.definition.now();
  }

  left(key: CallKey, value: unknown, cause: EvictionCause): void {
    const rare = this.#more();
    rare.tags?.delete(key);
    rare.counters.evictions[cause]++;
    this.definition.totals.evictions[cause]++;
    if (this.definition.options.on.evict === undefined) return;
    rare.evicted ??= [];
    rare.evicted.push([key, value, cause]);
  }

  /** What is stored for no arguments, counted as a hit; or `undefined`. No listener hears of it. */
  hitNone(): unknown {
    if (this.#epoch !== this.definition.epoch) this.renew();
    const stored = (this.#many ?? this).findNone();
    if (stored !== undefined) this.hit();
    return stored;
  }

  /** As `hitNone`, under a key that is no token list. */
  hitLone(key: CallKey): unknown {
    if (this.#epoch !== this.definition.epoch) this.renew();
    const stored = (this.#many ?? this).findLone(key);
    if (stored !== undefined) this.hit();
    return stored;
  }

  /** As `hitNone`, for two or three arguments that are their own tokens. */
  hitShort(count: 2 | 3, a: unknown, b: unknown, c?: unknown): unknown {
    if (this.#epoch !== this.definition.epoch) this.renew();
    const stored = (this.#many ?? this).findShort(count, a, b, c);
    if (stored !== undefined) this.hit();
    return stored;
  }

  /** As `hitNone`, under a token list. */
  hitList({ list, count }: TokenList): unknown {
    if (this.#epoch !== this.definition.epoch) this.renew();
    const stored = (this.#many ?? this).findList(list, count);
    if (stored !== undefined) this.hit();
    return stored;
  }

  /** What is stored under a key, made the most recent; or `undefined`. Neither counted nor told. */
  protected find(key: CallKey): unknown {
    if (this.#epoch !== this.definition.epoch) this.renew();
    const entries = this.#many ?? this;
    return isTokens(key) ? entries.findList(key, key.length) : entries.findLone(key);
  }

  /** What is stored under a key for callers to see, its recency untouched; or `undefined`. */
  peekAt(key: CallKey): unknown {
    return this.current.peek(key);
  }

  /** Milliseconds for which what is stored under a key is fresh, `undefined` when it is not. */
  freshFor(key: CallKey): number | undefined {
    return this.current.expiresIn(key);
  }

  /** Changes the capacity. @throws OptionError when it is none. */
  bound(capacity: number): void {
    this.current.resize(capacity);
    this.announce();
  }

  /** The entries, least recent first. What is cleared while iterating is skipped, by whomever it is cleared. */
  *entries(): Generator<[CallKey, unknown], undefined, undefined> {
    for (const key of this.current.order()) {
      const stored = this.peekAt(key);
      if (stored !== undefined) yield [key, resultOf(stored)];
    }
  }

  stats(): CacheStats {
    const { size, capacity } = this.current;
    this.announce();
    const counted = {
      ...(this.#rare?.counters ?? new Counters()),
      hits: this.#hits,
      misses: this.#misses,
      loadTime: this.#loadTime,
    };
    return snapshot(counted, { size, capacity });
  }

  /** Whether something has left that the listener has not heard of. */
  protected get isAnnouncing(): boolean {
    return this.#rare?.evicted !== undefined;
  }

  /** Tells the listener what has left. Runs last in every operation: it may throw, or use the cache, which is whole again. */
  announce(): void {
    if (this.isAnnouncing) callAll(this.announcements());
  }

  /** What `announce` would call, for who has something to tell before it. */
  protected announcements(): (() => void)[] {
    const evicted = this.#rare?.evicted ?? [];
    if (this.#rare !== undefined) this.#rare.evicted = undefined;
    const { listeners } = this.definition;
    return evicted.map(
      ([key, value, cause]) =>
        () =>
          listeners.evict(key, resultOf(value), cause),
    );
  }

  /** Has no load in flight store what it gives. */
  protected abstract fenceAll(): void;

  /** Those that are there, cleared since or not. */
  protected get stored(): Entries {
    return this.#many ?? this;
  }

  /** Empties them if the definition was cleared since. Tells whether it was. Listeners hear of it at the next use. */
  renew(): boolean {
    if (this.#epoch === this.definition.epoch) return false;
    this.#epoch = this.definition.epoch;
    this.fenceAll();
    this.stored.empty();
    return true;
  }

  /** The one place where entries become many. */
  protected store(key: CallKey, value: unknown, ttl: number): void {
    if (this.#many === undefined && this.isFullFor(key)) this.#many = new ManyEntries(this);
    const entries = this.stored;
    entries.write(key, storedFor(value), ttl);
    // A clock is anybody's code, and may have made them many meanwhile.
    if (entries !== this.stored) this.empty();
  }

  /** Tags what was just stored, in place of the tags it had. */
  protected tag(key: CallKey, tags: readonly string[]): void {
    if (tags.length > 0) this.#more().tags ??= new TagIndex(this);
    this.#rare?.tags?.set(key, tags);
  }

  /** Forgets an entry. Tells whether there was one. Where a clock throws that is asked, no entry is left. */
  protected evict(key: CallKey): boolean {
    try {
      return this.stored.drop(key, 'deleted');
    } catch (error) {
      this.stored.empty();
      throw error;
    }
  }

  /** Forgets the entries that have a tag. Returns how many they were. */
  forget(tag: string): number {
    this.renew();
    const keys = this.#rare?.tags?.keys(tag) ?? [];
    return keys.filter((key) => this.evict(key)).length;
  }

  /** Watches what is done to the entries by others than loads. Returns what tells whether nothing was. */
  watch(): () => boolean {
    const { definition } = this;
    const rare = this.#more();
    const { changes } = rare;
    const { epoch } = definition;
    const time = tagTime();
    return () => {
      const isTagged = definition.options.tags !== undefined && time !== tagTime();
      return changes === rare.changes && epoch === definition.epoch && !isTagged;
    };
  }

  /** Something was deleted, cleared or put. Counted only from the first watch on, or what else is rare. */
  protected changed(): void {
    if (this.#rare !== undefined) this.#rare.changes++;
  }

  protected hit(): void {
    this.#hits++;
    this.definition.totals.hits++;
  }

  protected missed(): void {
    this.#misses++;
    this.definition.totals.misses++;
  }

  /** A run has taken so many milliseconds. */
  protected timed(duration: number): void {
    const microseconds = Math.max(0, Math.round(duration * 1000));
    this.#loadTime += microseconds;
    this.definition.totals.loadTime += microseconds;
  }

  #more(): Rare {
    this.#rare ??= new Rare();
    return this.#rare;
  }

  protected count(counter: 'staleHits' | 'coalesced' | 'refreshes' | 'pending' | 'loadErrors', by = 1): void {
    this.#more().counters[counter] += by;
    this.definition.totals[counter] += by;
  }
}

/** What most caches never need, and so have an object of its own once they do. */
class Rare {
  /** Of what has happened but hits, misses and their time. */
  readonly counters = new Counters();
  /** The tags of the entries. */
  tags: TagIndex | undefined;
  /** What has left and the listener has not heard of. */
  evicted: [CallKey, unknown, EvictionCause][] | undefined;
  /** How often something was deleted, cleared or put. */
  changes = 0;
}
