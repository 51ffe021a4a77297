import { mismatch, OptionError } from '../errors.js';
import { type CallKey, callKeyOf, isSameKey, isTokens } from '../key/call-key.js';
import { isToken } from '../key/flatten.js';
import { isArray, prototypeOf, type Reference, referenceTo } from '../platform.js';
import { ignoreRejection, isAsync, isPromise, nativePromise, refusePromise, refusePromiseKey } from '../promise.js';
import { type SharedCache, shared } from '../shared-registry.js';
import { monotonic, reader } from '../time/clock.js';
import { durationOf } from '../time/duration.js';
import { withoutSignal } from './caller-signal.js';
import type { Fn } from './function.js';
import type { Label } from './label.js';
import { Listeners } from './listeners.js';
import { LoadTiming } from './load-timing.js';
import { asyncOptionOf, type ResolvedOptions } from './resolved-options.js';
import type { Source } from './source.js';
import { type CallStats, Counters, snapshot } from './stats.js';

/** The kind of callable that a definition caches. Only a `function` belongs to no class, so its receivers may outlive it. */
export type Role = 'method' | 'getter' | 'function';

/** One decorated method or memoized function, with everything that its receivers have in common. */
export class Definition {
  readonly totals = new Counters();
  readonly listeners: Listeners;
  /** A counter that each `clear` increments. A cache that was filled in an earlier epoch counts as empty. */
  epoch = 0;
  /** The epoch whose entries answer calls: `epoch`, or none while the definition is suspended. */
  servedEpoch = 0;
  /** Whether calls run the method beside the cache, as `disableCaching` of `memokit/testing` wants. */
  isSuspended = false;
  /** Whether the method returns promises. `undefined` until it is known: for a function that is not async, until a load. */
  promises: boolean | undefined;
  /** Whether the definition has options for sources that are slow, fail or hang. */
  readonly isResilient: boolean;
  /** Whether entries are aging entries, which are kept past their ttl. */
  readonly isAging: boolean;
  /**
   * Whether a load needs only the method: no option decides about its result, and the user has set no clock and no
   * listener for loads.
   */
  isBare: boolean;
  /** Whether a hit needs only the arguments and the entries, so that it runs no code of the user. */
  readonly isPlain: boolean;
  /** Whether results may have tags: by the option, or because the method has asked for the `loadContext`. */
  isTagged: boolean;
  /** Since when it is recorded when each result was loaded; `undefined` as long as nobody has asked for it. */
  recordedSince: number | undefined;
  readonly timing = new LoadTiming();
  /** The cache that all receivers share. `undefined` if they share none. */
  sharedCache: SharedCache | undefined;
  /** What stands in front of the method, with the option `store`. */
  source: Source | undefined;
  /** Reads the clock. */
  readonly now: () => number;
  readonly #label: Label;
  #receiverClass: Reference<object> | undefined;

  constructor(
    readonly method: Fn,
    readonly options: ResolvedOptions,
    label: Label,
    readonly role: Role,
  ) {
    this.#label = label;
    this.now = reader(options.clock);
    this.listeners = new Listeners(options.on, (answer) => this.shownOf(answer));
    this.isResilient = asyncOptionOf(options) !== undefined;
    const { key, bypass, when, tags, ttl, freeze, many, on, clock, weigh, copy, revalidate, idle, store } = options;
    const isSet = (option: unknown) => option !== undefined;
    this.isTagged = tags !== undefined;
    this.isAging = this.isResilient || revalidate > 0 || idle < Infinity;
    const isSimple = clock === monotonic && !this.isAging;
    this.isPlain = isSimple && ![key, on.hit, bypass, copy].some(isSet);
    const isDecided = [when, tags, many, weigh, copy, store, on.miss, on.evict, on.error].some(isSet);
    this.isBare = isSimple && !isDecided && !freeze && typeof ttl === 'number';
    this.promises = this.isResilient || options.many !== undefined || isAsync(method) || undefined;
    if (shared.testing?.disablings) this.suspend(true);
  }

  /** Has each result recorded from now on: its time and, for an async method, the awaited value. */
  record(): void {
    this.recordedSince ??= this.now();
    // A bare load stores its result without a record.
    this.isBare = false;
  }

  get name(): string {
    return this.options.name ?? this.#label(this.#receiverClass?.deref());
  }

  /** Remembers the class or prototype of the first receiver, from which the label can derive the name of the class. */
  rememberClass(receiverClass: object): void {
    this.#receiverClass ??= referenceTo(receiverClass);
  }

  /**
   * Whether a member that stands in a class may be this one, given the class's prototype or, for a static member, the
   * class: whether the first receiver inherits from it. `undefined` before the first receiver.
   */
  mayBelongTo(owner: object): boolean | undefined {
    if (this.#receiverClass === undefined) return undefined;
    let at: object | null | undefined = this.#receiverClass.deref();
    // The class of the first receiver may be collected, while another class that inherits the member is in use.
    if (at === undefined) return true;
    while (at !== null && at !== owner) at = prototypeOf(at) as object | null;
    return at !== null;
  }

  /** Whether a call goes past the cache. @throws OptionError when `bypass` returns a promise. */
  isBypassed(receiver: unknown, args: readonly unknown[]): boolean {
    const { bypass } = this.options;
    if (bypass === undefined || this.isSuspended) return this.isSuspended;
    const answer: unknown = bypass.apply(receiver, args as unknown[]);
    refusePromise('bypass', answer);
    return Boolean(answer);
  }

  /** Returns the key of a call. */
  keyOf(receiver: unknown, args: readonly unknown[]): CallKey {
    return callKeyOf(this.keyedBy(receiver, args));
  }

  /** Returns the list that the key of a call stands for: what the option `key` returns, or the arguments without a signal. */
  keyedBy(receiver: unknown, args: readonly unknown[]): readonly unknown[] {
    const { key, signal } = this.options;
    if (key === undefined) return signal === undefined ? args : withoutSignal(signal, receiver, args);
    const given: unknown = key.apply(receiver, args as unknown[]);
    refusePromiseKey('key', given);
    return [given];
  }

  /**
   * Whether the arguments of a call no longer have its key, because somebody has changed an object among them. A key that
   * the option `key` made is not compared.
   */
  isChanged(key: CallKey, receiver: unknown, args: readonly unknown[]): boolean {
    if (this.options.key !== undefined || !isTokens(key) || args.every(isToken)) return false;
    try {
      return !isSameKey(this.keyOf(receiver, args), key);
    } catch {
      return true;
    }
  }

  /** Whether a result should be stored. @throws OptionError when `when` returns a promise, which is no decision yet. */
  shouldStore(result: unknown, args: readonly unknown[]): boolean {
    const { when } = this.options;
    const wanted: unknown = when === undefined || when(result, ...args);
    refusePromise('when', wanted);
    return Boolean(wanted);
  }

  /**
   * Returns the milliseconds for which a result is stored. @throws OptionError when a `ttl` function returns anything but
   * a duration.
   */
  ttlOf(result: unknown, args: readonly unknown[]): number {
    const { ttl } = this.options;
    if (typeof ttl !== 'function') return ttl;
    const given: unknown = ttl(result, ...args);
    refusePromise('ttl', given, 'a number from 0');
    return durationOf('ttl', given);
  }

  /** Whether an old value may stand in for an error. @throws OptionError when `staleIfError.when` returns a promise. */
  mayStandIn(error: unknown, args: readonly unknown[]): boolean {
    const { staleIfErrorWhen: when } = this.options;
    const answer: unknown = when === undefined || when(error, ...args);
    refusePromise('staleIfError.when', answer);
    return Boolean(answer);
  }

  /**
   * Returns the milliseconds for which a failure is remembered. @throws OptionError when an `errorTtl` function returns
   * anything but a duration.
   */
  errorTtlOf(error: unknown, args: readonly unknown[]): number {
    const { errorTtl } = this.options;
    if (typeof errorTtl !== 'function') return errorTtl;
    const given: unknown = errorTtl(error, ...args);
    refusePromise('errorTtl', given, 'a number from 0');
    return durationOf('errorTtl', given);
  }

  /** Returns the tags of a result. @throws OptionError when `tags` returns anything but an array of strings. */
  tagsOf(result: unknown, args: readonly unknown[]): readonly string[] {
    const { tags } = this.options;
    if (tags === undefined) return NO_TAGS;
    const given: unknown = tags(result, ...args);
    if (isArray(given) && given.every((tag) => typeof tag === 'string')) return given;
    refusePromise('tags', given, 'an array of strings');
    throw new OptionError(mismatch('tags', 'an array of strings as its result', given));
  }

  /** Returns what a result weighs. The cache checks the number. @throws OptionError when `weigh` returns a promise. */
  weightOf(result: unknown, args: readonly unknown[]): number {
    const { weigh } = this.options;
    const given: unknown = weigh === undefined ? 1 : weigh(result, ...args);
    refusePromise('weigh', given, 'a number from 0');
    return given as number;
  }

  /**
   * Returns what one caller is given of an answer, which is a result or a promise of one: with the option `copy`, a copy of
   * its own. @throws OptionError when `copy` returns a promise. For a promise the error rejects the one that it returns.
   */
  copyOf(answer: unknown): unknown {
    const { copy } = this.options;
    if (copy === undefined) return answer;
    const copied = (value: unknown): unknown => {
      const made: unknown = copy(value);
      refusePromise('copy', made, 'a value that is not a promise');
      return made;
    };
    return isPromise(answer) ? nativePromise(answer).then(copied) : copied(answer);
  }

  /** As `copyOf`, for a listener or inspection, which need not handle the rejection of a promise that was made for it. */
  shownOf(answer: unknown): unknown {
    const shown = this.copyOf(answer);
    if (shown !== answer) ignoreRejection(shown);
    return shown;
  }

  /** Returns the counts of the calls of all receivers, including receivers that no longer exist. */
  stats(): CallStats {
    return snapshot(this.totals);
  }

  /**
   * Empties the caches of all receivers: a cache that all receivers share at once, any other cache when it is next used.
   * `isOwn`: this process does it, so that a store has to be told.
   */
  clear(isOwn = true): void {
    if (isOwn) this.source?.cleared();
    shared.observer?.invalidated({ name: this.name, isSoft: false });
    this.epoch++;
    this.suspend(this.isSuspended);
    this.sharedCache?.clearIfOutdated();
  }

  /** Has calls run the method beside the cache, or use the cache again. A hit notices it by the epoch alone. */
  suspend(isSuspended: boolean): void {
    this.isSuspended = isSuspended;
    // A source lets hits do without a look at the store, from its next one on.
    this.servedEpoch = isSuspended || this.source ? -1 : this.epoch;
  }
}

const NO_TAGS: readonly string[] = [];
