import type { CallCache } from '../memoize/call-cache.js';
import { parseDecoratorArguments } from './decorator-arguments.js';
import { resolveEvictsOptions } from './options.js';
import { clearings, type OnStart, Rule, type Step } from './rule.js';

/** Makes the rule of `@evicts`, which evicts one call, or every call, of the named members. */
export function evictionRule(given: readonly unknown[]): Rule {
  const parsed = parseDecoratorArguments('evicts', given);
  return new EvictionRule(parsed, resolveEvictsOptions(parsed.options));
}

class EvictionRule extends Rule {
  override bind(receiver: unknown, args: readonly unknown[]): OnStart {
    const named = this.cachesOf(receiver);
    const caches = named.flat();
    // The steps are found now, before the mutator or its caller can change the arguments.
    const bound = this.isByResult ? undefined : evictions(caches, this.callOf(receiver, args));
    return () => (result) => () =>
      this.apply(receiver, args, result, named, () => bound ?? evictions(caches, this.callOf(receiver, args, result)));
  }
}

function evictions(caches: readonly CallCache[], call: readonly unknown[] | undefined): Step[] {
  if (call === undefined) return clearings(caches);
  return caches.map((cache) => cache.deletion(call));
}
