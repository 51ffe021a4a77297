import { ArgumentError, mismatch } from '../errors.js';
import { parseDecoratorArguments } from './decorator-arguments.js';
import { resolvePutsOptions } from './options.js';
import { type OnStart, type Plan, Rule } from './rule.js';

/** Makes the rule of `@puts`, which stores the mutator's result as the result of one call of the named members. */
export function putRule(given: readonly unknown[]): Rule {
  const parsed = parseDecoratorArguments('puts', given);
  const options = resolvePutsOptions(parsed.options);
  if (parsed.args === undefined) throw new ArgumentError(mismatch('args', 'a function', parsed.args));
  return new PutRule(parsed, options);
}

class PutRule extends Rule {
  override bind(receiver: unknown, args: readonly unknown[]): OnStart {
    const named = this.cachesOf(receiver);
    return () => {
      const watched = named.flatMap(([nearest, ...others]) => {
        return nearest === undefined ? [] : { nearest, others, isUntouched: nearest.watch() };
      });
      const look = () => watched.map(({ isUntouched }) => isUntouched());
      return (result, isAwaited) => {
        // A change of the cache while the mutator ran may be newer than the mutator's result.
        const untouched = look();
        const plan = (): Plan => {
          const call = this.callOf(receiver, args, result)!;
          const chains = watched.map(({ nearest, others }) => ({
            nearest,
            first: nearest.named(call),
            others: others.map((cache) => cache.named(call)),
          }));
          const steps = () => {
            // So may a change between the mutator's success and now.
            const puts = this.isDeferred ? look() : untouched;
            return chains.flatMap(({ nearest, first, others }, i) => [
              () => (puts[i] && nearest.takes(isAwaited) ? first.put(result, this.isSoft) : first.evict(this.isSoft)),
              ...this.eviction(others).steps(),
            ]);
          };
          return { calls: chains.flatMap(({ first, others }) => [first, ...others]), steps };
        };
        return () => this.apply(receiver, args, result, named, plan);
      };
    };
  }
}
