import { callAll, throwAfter } from '../call-all.js';
import { ArgumentError, mismatch } from '../errors.js';
import { cachesOf } from '../memoize/cache-of.js';
import type { CallCache } from '../memoize/call-cache.js';
import type { NamedCall } from '../memoize/named-call.js';
import { isArray } from '../platform.js';
import { isPromise, nativePromise, refusePromise } from '../promise.js';
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

/** What a rule is to do once the mutator has succeeded. */
export interface Plan {
  /** The calls whose results are outdated. */
  readonly calls: readonly NamedCall[];
  /** Returns the steps to take, as the caches are now. */
  steps(): readonly Step[];
}

/** A rule of a mutator: it names cached members of the receiver and evicts or replaces their entries. */
export abstract class Rule {
  /** Whether the rule is applied before the mutator runs instead of after it. */
  readonly isBefore: boolean;
  /** Whether the argument function gets the mutator's result. */
  protected readonly isByResult: boolean;
  /** Whether entries are expired instead of deleted. */
  protected readonly isSoft: boolean;
  readonly #names: DecoratorArguments['names'];
  readonly #args: DecoratorArguments['args'];
  readonly #when: EvictsOptions['when'];
  readonly #defer: EvictsOptions['defer'];

  constructor({ names, args }: DecoratorArguments, { before = false, by, when, soft, defer }: EvictsOptions) {
    this.isBefore = before;
    this.isByResult = by === 'result';
    this.isSoft = soft === true;
    this.#defer = defer;
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

  /** Whether the changes are made later than the mutator succeeds. */
  protected get isDeferred(): boolean {
    return this.#defer !== undefined;
  }

  /** The plan to evict calls. */
  protected eviction(calls: readonly NamedCall[]): Plan {
    return { calls, steps: () => calls.map((call) => () => call.evict(this.isSoft)) };
  }

  /**
   * Applies the rule, unless `when` says that this success does not count. If finding the plan throws after the mutator
   * has run, every call of the rule's caches is evicted, because one of their results is outdated but it is not known
   * which.
   */
  protected apply(
    receiver: unknown,
    args: readonly unknown[],
    result: unknown,
    named: readonly (readonly CallCache[])[],
    findPlan: () => Plan,
  ): void {
    // A member that was first called while the mutator ran is known then. What it has stored may be outdated.
    const findLate = () =>
      this.#everyCall(
        this.#names.flatMap((name, i) => (named[i]!.length > 0 ? [] : cachesOf(receiver as object, name))),
      );
    let plan: Plan;
    try {
      const counts: unknown = this.#when === undefined || this.#when.call(receiver, result, ...args);
      refusePromise('when', counts);
      if (!counts) return;
      plan = findPlan();
    } catch (error) {
      if (this.isBefore) throw error;
      throwAfter(() => this.#carryOut(receiver, args, this.#everyCall(named.flat()), findLate), error);
    }
    this.#carryOut(receiver, args, plan, findLate);
  }

  /** Carries a plan out, or has `defer` do so later. Loads are fenced at both moments: they may have read what was there before. */
  #carryOut(receiver: unknown, args: readonly unknown[], { calls, steps }: Plan, findLate: () => Plan): void {
    let isDone = false;
    const carryOut = () => {
      if (isDone) return;
      isDone = true;
      callAll([...steps(), () => callAll(findLate().steps())]);
    };
    // It is not known whether an async `defer` that rejects would have come to it: evicts, so that nothing is outdated.
    const giveUp = () => {
      if (isDone) return;
      isDone = true;
      callAll([...calls, ...findLate().calls].map((call) => () => call.evict(this.isSoft)));
    };
    if (this.#defer === undefined) carryOut();
    else {
      try {
        for (const call of [...calls, ...findLate().calls]) call.fence();
        const deferred: unknown = this.#defer.call(receiver, carryOut, ...args);
        if (isPromise(deferred)) nativePromise(deferred).catch(giveUp);
      } catch (error) {
        throwAfter(carryOut, error);
      }
    }
  }

  #everyCall(caches: readonly CallCache[]): Plan {
    return this.eviction(caches.map((cache) => cache.named()));
  }
}
