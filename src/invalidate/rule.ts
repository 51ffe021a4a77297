import { callAll, throwAfter } from '../call-all.js';
import { ArgumentError, mismatch } from '../errors.js';
import { cachesOf } from '../memoize/cache-of.js';
import type { CallCache } from '../memoize/call-cache.js';
import { refusePromise } from '../promise.js';
import type { EvictsOptions } from './options.js';
import type { Statement } from './statement.js';

/** The steps of a rule in one call of its mutator. The first is to be taken as the mutator starts. */
export type Start = () => Succeed;

/** To be taken once the mutator has succeeded, and before any rule is followed; a result that was promised has been awaited. */
export type Succeed = (result: unknown, isAwaited: boolean) => Follow;

export type Follow = () => void;

/** A rule: which cached members of its receiver a mutator concerns, when, and what it does to them. */
export abstract class Rule {
  /** Whether it is followed before the mutator runs, and not after. */
  readonly isBefore: boolean;
  /** Whether the mutator's result says which call is meant. */
  protected readonly isByResult: boolean;
  readonly #names: Statement['names'];
  readonly #args: Statement['args'];
  readonly #when: EvictsOptions['when'];

  constructor({ names, args }: Statement, { before = false, by, when }: EvictsOptions) {
    this.isBefore = before;
    this.isByResult = by === 'result';
    this.#names = names;
    this.#args = args;
    this.#when = when;
  }

  /**
   * The rule for one call of the mutator, with nothing changed yet.
   *
   * @throws NotCachedError when the receiver has no cached member of one of the names.
   */
  abstract bind(receiver: unknown, args: readonly unknown[]): Start;

  /** The caches of each name, nearest first: an override may have stored what it made of what it overrides. */
  protected cachesOf(receiver: unknown): (readonly [CallCache, ...CallCache[]])[] {
    return this.#names.map((name) => cachesOf(receiver as object, name));
  }

  /** The arguments of the call that is meant; `undefined` when every call is. @throws ArgumentError when they are no array. */
  protected callOf(receiver: unknown, args: readonly unknown[], result?: unknown): readonly unknown[] | undefined {
    if (this.#args === undefined) return undefined;
    const call: unknown = this.#args.apply(receiver, this.isByResult ? [result, ...args] : (args as unknown[]));
    if (Array.isArray(call)) return call;
    throw new ArgumentError(mismatch(`the arguments of ${this.#names.map(String).join(', ')}`, 'an array', call));
  }

  /**
   * Follows the rule, unless this success does not count: takes the steps that are found then. What keeps them from
   * being found after the mutator has changed things has all of its caches cleared: one of their results is untrue.
   */
  protected follow(
    receiver: unknown,
    args: readonly unknown[],
    result: unknown,
    caches: readonly CallCache[],
    steps: () => readonly Follow[],
  ): void {
    let found: readonly Follow[];
    try {
      const counts: unknown = this.#when === undefined || this.#when.call(receiver, result, ...args);
      refusePromise('when', counts);
      found = counts ? steps() : [];
    } catch (error) {
      if (this.isBefore) throw error;
      throwAfter(() => callAll(caches.map((cache) => () => cache.clear())), error);
    }
    callAll(found);
  }
}
