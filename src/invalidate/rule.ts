import { ArgumentError, mismatch } from '../errors.js';
import { callAll } from '../lru/call-all.js';
import { cacheOf } from '../memoize/cache-of.js';
import type { CallCache } from '../memoize/call-cache.js';
import type { EvictsOptions } from './options.js';
import type { Statement } from './statement.js';

/** What a rule does to one cache, for one call or, where there are no arguments, for all of them. */
export type Effect = (cache: CallCache, args: readonly unknown[] | undefined, result: unknown) => void;

/** Follows a rule for one call of the mutator, given its result. */
export type Follow = (result: unknown) => void;

/** A rule: which cached members of its receiver a mutator concerns, when, and what it does to them. */
export class Rule {
  /** Whether it is followed before the mutator runs, and not after. */
  readonly isBefore: boolean;
  readonly #names: Statement['names'];
  readonly #args: Statement['args'];
  readonly #options: EvictsOptions;
  readonly #effect: Effect;

  constructor({ names, args }: Statement, options: EvictsOptions, effect: Effect) {
    this.isBefore = options.before ?? false;
    this.#names = names;
    this.#args = args;
    this.#options = options;
    this.#effect = effect;
  }

  /**
   * The rule for one call of the mutator.
   *
   * @throws NotCachedError when the receiver has no cached member of one of the names.
   */
  bind(receiver: unknown, args: readonly unknown[]): Follow {
    const caches = this.#names.map((name): CallCache => cacheOf(receiver as Record<PropertyKey, unknown>, name));
    const { when } = this.#options;
    return (result) => {
      if (when !== undefined && !when.call(receiver, result, ...args)) return;
      const call = this.#callOf(receiver, args, result);
      callAll(caches.map((cache) => () => this.#effect(cache, call, result)));
    };
  }

  #callOf(receiver: unknown, args: readonly unknown[], result: unknown): readonly unknown[] | undefined {
    if (this.#args === undefined) return undefined;
    const call: unknown = this.#args.apply(
      receiver,
      this.#options.by === 'result' ? [result, ...args] : (args as unknown[]),
    );
    if (Array.isArray(call)) return call;
    throw new ArgumentError(mismatch(`the arguments of ${this.#names.map(String).join(', ')}`, 'an array', call));
  }
}
