import { callAll, throwAfter } from '../call-all.js';
import { ArgumentError, mismatch } from '../errors.js';
import { cachesOf } from '../memoize/cache-of.js';
import type { CallCache } from '../memoize/call-cache.js';
import { isArray } from '../platform.js';
import { refusePromise } from '../promise.js';
import type { DecoratorArguments } from './decorator-arguments.js';
import type { EvictsOptions } from './options.js';

/** A rule that is bound to one call of the mutator. The mutator calls it right before its method runs. */
export type OnStart = () => OnSuccess;

/**
 * The rule of a mutator that has started. The mutator calls it with the awaited result of its method, before it applies
 * any rule.
 */
export type OnSuccess = (result: unknown, isAwaited: boolean) => Step;

/** A change of caches. */
export type Step = () => void;

/** A rule of a mutator: it names cached members of the receiver and evicts or replaces their entries. */
export abstract class Rule {
  /** Whether the rule is applied before the mutator runs instead of after it. */
  readonly isBefore: boolean;
  /** Whether the argument function gets the mutator's result. */
  protected readonly isByResult: boolean;
  readonly #names: DecoratorArguments['names'];
  readonly #args: DecoratorArguments['args'];
  readonly #when: EvictsOptions['when'];

  constructor({ names, args }: DecoratorArguments, { before = false, by, when }: EvictsOptions) {
    this.isBefore = before;
    this.isByResult = by === 'result';
    this.#names = names;
    this.#args = args;
    this.#when = when;
  }

  /**
   * Binds the rule to one call of the mutator. Changes nothing yet.
   *
   * @throws NotCachedError when the receiver has no cached member of one of the names.
   */
  abstract bind(receiver: unknown, args: readonly unknown[]): OnStart;

  /**
   * Returns the caches of each name: that of the member itself first, then those of the members that it overrides,
   * because an override may compute its result from theirs. A name has none while it is not known which member it is.
   */
  protected cachesOf(receiver: unknown): (readonly CallCache[])[] {
    return this.#names.map((name) => cachesOf(receiver as object, name));
  }

  /**
   * Returns the arguments of the call to evict or put, or `undefined` for every call.
   *
   * @throws ArgumentError when the argument function does not return an array.
   */
  protected callOf(receiver: unknown, args: readonly unknown[], result?: unknown): readonly unknown[] | undefined {
    if (this.#args === undefined) return undefined;
    const call: unknown = this.#args.apply(receiver, this.isByResult ? [result, ...args] : (args as unknown[]));
    if (isArray(call)) return call;
    throw new ArgumentError(mismatch(`the arguments of ${this.#names.map(String).join(', ')}`, 'an array', call));
  }

  /**
   * Applies the rule, unless `when` says that this success does not count. If finding the steps throws after the
   * mutator has run, all caches of the rule are cleared, because one of their results is outdated but it is not known
   * which.
   */
  protected apply(
    receiver: unknown,
    args: readonly unknown[],
    result: unknown,
    named: readonly (readonly CallCache[])[],
    steps: () => readonly Step[],
  ): void {
    let found: readonly Step[];
    let late: readonly CallCache[] = [];
    try {
      // A member that was first called while the mutator ran is known now. What it has stored may be outdated.
      late = this.#names.flatMap((name, i) => (named[i]!.length > 0 ? [] : cachesOf(receiver as object, name)));
      const counts: unknown = this.#when === undefined || this.#when.call(receiver, result, ...args);
      refusePromise('when', counts);
      found = counts ? [...steps(), ...clearings(late)] : [];
    } catch (error) {
      if (this.isBefore) throw error;
      throwAfter(() => callAll(clearings([...named.flat(), ...late])), error);
    }
    callAll(found);
  }
}

/** Returns the steps that evict every call from caches. */
export function clearings(caches: readonly CallCache[]): Step[] {
  return caches.map((cache) => () => cache.clear());
}
