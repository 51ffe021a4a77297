import { CallCache } from '../memoize/call-cache.js';
import { resolveEvictsOptions } from './options.js';
import { type Follow, Rule, type Start } from './rule.js';
import { readStatement } from './statement.js';

/** The rule of `@evicts`: forgets one call, or every call, of the members that it names. */
export function evictionRule(given: readonly unknown[]): Rule {
  const statement = readStatement('evicts', given);
  return new EvictionRule(statement, resolveEvictsOptions(statement.options));
}

class EvictionRule extends Rule {
  override bind(receiver: unknown, args: readonly unknown[]): Start {
    const caches = this.cachesOf(receiver).flat();
    // Before the mutator or its caller can change the arguments.
    const bound = this.isByResult ? undefined : evictions(caches, this.callOf(receiver, args));
    return () => (result) => () =>
      this.follow(
        receiver,
        args,
        result,
        caches,
        () => bound ?? evictions(caches, this.callOf(receiver, args, result)),
      );
  }
}

function evictions(caches: readonly CallCache[], call: readonly unknown[] | undefined): Follow[] {
  if (call === undefined) return caches.map((cache) => () => cache.clear());
  return caches.map((cache) => CallCache.deletion(cache, call));
}
