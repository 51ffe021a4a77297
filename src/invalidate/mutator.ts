import { callAll } from '../call-all.js';
import type { Fn } from '../definition/function.js';
import { copyAppearance, isGenerator } from '../definition/function.js';
import { PlacementError } from '../errors.js';
import { registerBefore } from '../memoize/registry.js';
import { rejected } from '../platform.js';
import { isAsync, isPromise, nativePromise } from '../promise.js';
import type { OnSuccess, Rule } from './rule.js';

/**
 * Returns a function that calls a method and applies a rule whenever the method succeeds. The function has the method's
 * name, length and own properties, and is synchronous if the method is. If the method is async, or has returned a
 * promise before, the function rejects where it would throw before it calls the method.
 *
 * @throws PlacementError when the method is a generator.
 */
export function mutate(method: Fn, rule: Rule, name: string): Fn {
  if (isGenerator(method)) {
    throw new PlacementError(
      `${name} is a generator, so there is no moment at which it succeeds: return an array instead`,
    );
  }
  const inner = mutators.get(method);
  // One mutator has all rules of a method. With a mutator around another, an error of the inner rule would look like a
  // failure of the method to the outer rule.
  const mutator = inner === undefined ? new Mutator(method, [rule]) : inner.with(rule);
  const replacement = mutator.toFunction();
  copyAppearance(method, replacement);
  registerBefore(method, replacement);
  mutators.set(replacement, mutator);
  return replacement;
}

/** A method whose success makes cached results outdated, with the rules that evict or replace those results. */
class Mutator {
  readonly #method: Fn;
  readonly #rules: readonly Rule[];

  constructor(method: Fn, rules: readonly Rule[]) {
    this.#method = method;
    this.#rules = rules;
  }

  with(rule: Rule): Mutator {
    return new Mutator(this.#method, [...this.#rules, rule]);
  }

  /**
   * Returns the replacement of the method. It is not a constructor, and it is strict, so that it does not change
   * `this`.
   */
  toFunction(): Fn {
    const method = this.#method;
    const before = this.#rules.filter(({ isBefore }) => isBefore);
    const after = this.#rules.filter(({ isBefore }) => !isBefore);
    let promises = isAsync(method);
    return {
      call(this: unknown, ...args: unknown[]): unknown {
        const bind = (rule: Rule) => rule.bind(this, args);
        let started: OnSuccess[];
        try {
          // All rules are bound before anything happens, so that a name without a cache throws before anything changes.
          const [first, last] = [before.map(bind), after.map(bind)];
          applyAll(
            first.map((start) => start()),
            undefined,
            false,
          );
          started = last.map((start) => start());
        } catch (error) {
          if (promises) return rejected(error);
          throw error;
        }
        const result: unknown = method.apply(this, args);
        if (!isPromise(result)) return applyAll(started, result, false);
        promises = true;
        return nativePromise(result).then((value) => applyAll(started, value, true));
      },
    }.call;
  }
}

/** Applies each rule, even if others throw. Returns the result. */
function applyAll(rules: readonly OnSuccess[], result: unknown, isAwaited: boolean): unknown {
  // Each rule looks at the caches before any rule changes them.
  callAll(rules.map((onSuccess) => onSuccess(result, isAwaited)));
  return result;
}

/** The mutator of each replacement. */
const mutators = /* @__PURE__ */ new WeakMap<Fn, Mutator>();
