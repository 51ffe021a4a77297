import { parseDecoratorArguments } from './decorator-arguments.js';
import { resolveEvictsOptions } from './options.js';
import { type OnStart, Rule } from './rule.js';

/** Makes the rule of `@evicts`, which evicts one call, or every call, of the named members. */
export function evictionRule(given: readonly unknown[]): Rule {
  const parsed = parseDecoratorArguments('evicts', given);
  return new EvictionRule(parsed, resolveEvictsOptions(parsed.options));
}

class EvictionRule extends Rule {
  override bind(receiver: unknown, args: readonly unknown[]): OnStart {
    const named = this.cachesOf(receiver);
    const nameCalls = (result?: unknown) => {
      const call = this.callOf(receiver, args, result);
      return named.flat().map((cache) => cache.named(call));
    };
    // The calls are named now, before the mutator or its caller can change the arguments.
    const bound = this.isByResult ? undefined : nameCalls();
    return () => (result) => () =>
      this.apply(receiver, args, result, named, () => this.eviction(bound ?? nameCalls(result)));
  }
}
