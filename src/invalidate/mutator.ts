import { callAll } from '../call-all.js';
import type { Fn } from '../definition/function.js';
import { copyAppearance, isGenerator } from '../definition/function.js';
import { PlacementError } from '../errors.js';
import { registerBefore } from '../memoize/registry.js';
import { isPromise, nativePromise } from '../promise.js';
import type { Rule, Succeed } from './rule.js';

/**
 * Has a method follow a rule whenever it succeeds: a function with its name, length and own properties, synchronous
 * if the method is.
 *
 * @throws PlacementError when the method is a generator.
 */
export function mutate(method: Fn, rule: Rule, name: string): Fn {
  if (isGenerator(method)) {
    throw new PlacementError(`${name} is a generator, whose success has no moment: return an array instead`);
  }
  const inner = mutators.get(method);
  // One mutator for all rules of a method, as one rule's error would be a failure of the mutator to another's.
  const mutator = inner === undefined ? new Mutator(method, [rule]) : inner.with(rule);
  const replacement = mutator.make();
  copyAppearance(method, replacement);
  // What is known of an async function at first sight stays known.
  Object.setPrototypeOf(replacement, Object.getPrototypeOf(method));
  registerBefore(method, replacement);
  mutators.set(replacement, mutator);
  return replacement;
}

/** A mutator: a method whose success makes something of what is cached untrue, with the rules that say what. */
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

  /** The function that stands in place of the method. No constructor, and strict even in a script, for its `this`. */
  make(): Fn {
    const method = this.#method;
    const before = this.#rules.filter(({ isBefore }) => isBefore);
    const after = this.#rules.filter(({ isBefore }) => !isBefore);
    return {
      call(this: unknown, ...args: unknown[]): unknown {
        const bind = (rule: Rule) => rule.bind(this, args);
        // All are bound before anything happens: a name that means nothing is found out with nothing changed.
        const [first, last] = [before.map(bind), after.map(bind)];
        followAll(
          first.map((start) => start()),
          undefined,
          false,
        );
        const started = last.map((start) => start());
        const result: unknown = method.apply(this, args);
        if (isPromise(result)) return nativePromise(result).then((value) => followAll(started, value, true));
        return followAll(started, result, false);
      },
    }.call;
  }
}

/** Follows each rule, whatever another throws. Returns the result. */
function followAll(rules: readonly Succeed[], result: unknown, isAwaited: boolean): unknown {
  // All see what has happened so far, and none what another does.
  callAll(rules.map((succeed) => succeed(result, isAwaited)));
  return result;
}

const mutators = /* @__PURE__ */ new WeakMap<Fn, Mutator>();
