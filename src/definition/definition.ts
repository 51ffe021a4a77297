import { mismatch, OptionError } from '../errors.js';
import { type CallKey, callKeyOf } from '../key/call-key.js';
import { refusePromise } from '../promise.js';
import { monotonic, reader } from '../time/clock.js';
import { withoutSignal } from './caller-signal.js';
import { type Fn, isAsync } from './function.js';
import { Listeners } from './listeners.js';
import { LoadTiming } from './load-timing.js';
import { asyncOptionOf, type ResolvedOptions } from './resolved-options.js';
import { type CallStats, Counters, snapshot } from './stats.js';

/** What a definition is of. Only a function is no member of a class, and so may be outlived by its receivers. */
export type Role = 'method' | 'getter' | 'function';

/** What to call a definition without a `name`, given the class or prototype of a receiver once there is one. */
export type Label = (seen: object | undefined) => string;

/** A definition: one decorated method or memoized function, with what holds for all its receivers. */
export class Definition {
  readonly totals = new Counters();
  readonly listeners: Listeners;
  /** Grows at each `clear`; a cache that was filled in an earlier epoch is empty. */
  epoch = 0;
  /** Whether the method returns promises, `undefined` until that is known: an async function does, others have to be run. */
  promises: boolean | undefined;
  /** Whether it has options for sources that are slow, fail or hang. */
  readonly isResilient: boolean;
  /**
   * Whether a load needs nothing but the method: no option asks for a decision about its result, and no listener or clock
   * is the user's.
   */
  readonly isBare: boolean;
  /** Whether a hit needs nothing but the arguments and the entries: no code of the user's runs. */
  readonly isPlain: boolean;
  readonly timing = new LoadTiming();
  /** Empties the cache that all receivers share, if they share one. */
  clearShared: (() => unknown) | undefined;
  /** Reads the clock. */
  readonly now: () => number;
  readonly #label: Label;
  #seen: WeakRef<object> | undefined;

  constructor(
    readonly method: Fn,
    readonly options: ResolvedOptions,
    label: Label,
    readonly role: Role,
  ) {
    this.#label = label;
    this.now = reader(options.clock);
    this.listeners = new Listeners(options.on);
    this.isResilient = asyncOptionOf(options) !== undefined;
    const isWatched = options.key !== undefined || options.on.hit !== undefined || options.clock !== monotonic;
    this.isPlain = !isWatched && !this.isResilient;
    const { when, tags, ttl, freeze, many, on, clock } = options;
    const isDecided = [when, tags, many, on.miss, on.evict, on.error].some((option) => option !== undefined);
    this.isBare = !isDecided && !freeze && typeof ttl === 'number' && clock === monotonic && !this.isResilient;
    this.promises = this.isResilient || options.many !== undefined || isAsync(method) || undefined;
  }

  get name(): string {
    return this.options.name ?? this.#label(this.#seen?.deref());
  }

  /** Tells of a receiver's class, by which the label may find its own. */
  meet(seen: object): void {
    this.#seen ??= new WeakRef(seen);
  }

  /** The key of a call. */
  keyOf(receiver: unknown, args: readonly unknown[]): CallKey {
    const { key, signal } = this.options;
    if (key !== undefined) return callKeyOf([key.apply(receiver, args as unknown[])]);
    return callKeyOf(signal === undefined ? args : withoutSignal(signal, receiver, args));
  }

  /** Whether a result is to be stored. @throws OptionError when `when` gives a promise, which says nothing yet. */
  shouldStore(result: unknown, args: readonly unknown[]): boolean {
    const { when } = this.options;
    const wanted: unknown = when === undefined || when(result, ...args);
    refusePromise('when', wanted);
    return Boolean(wanted);
  }

  /** For how long a result is stored, unless `ttl` gives nonsense. */
  ttlOf(result: unknown, args: readonly unknown[]): number {
    const { ttl } = this.options;
    return typeof ttl === 'function' ? ttl(result, ...args) : ttl;
  }

  /** The tags of a result. @throws OptionError when `tags` gives something else. */
  tagsOf(result: unknown, args: readonly unknown[]): readonly string[] {
    const { tags } = this.options;
    if (tags === undefined) return NO_TAGS;
    const given: unknown = tags(result, ...args);
    if (Array.isArray(given) && given.every((tag) => typeof tag === 'string')) return given;
    throw new OptionError(mismatch('tags', 'to be given an array of strings', given));
  }

  /** What has happened to the calls of all receivers, dead ones included. */
  stats(): CallStats {
    return snapshot(this.totals);
  }

  /** Empties the caches of all receivers: the only one at once, where there is but one, and any other when it is next used. */
  clear(): void {
    this.epoch++;
    this.clearShared?.();
  }
}

const NO_TAGS: readonly string[] = [];

/** The label of a member: `Class.member` by its class, or by the prototype or an instance of that; else its name alone. */
export function memberLabel(owner: object | undefined, name: PropertyKey): string {
  const made: unknown = typeof owner === 'function' ? owner.name : owner?.constructor?.name;
  return typeof made === 'string' && made !== '' ? `${made}.${String(name)}` : String(name);
}
