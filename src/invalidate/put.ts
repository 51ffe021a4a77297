import { ArgumentError, mismatch } from '../errors.js';
import { parseDecoratorArguments } from './decorator-arguments.js';
import { resolvePutsOptions } from './options.js';
import { type OnStart, Rule } from './rule.js';

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
      return (result, isAwaited) => {
        // A change of the cache while the mutator ran may be newer than the mutator's result.
        const chains = watched.map(({ isUntouched, ...chain }) => ({ ...chain, puts: isUntouched() }));
        const steps = () => {
          const call = this.callOf(receiver, args, result)!;
          return chains.flatMap(({ nearest, others, puts }) => {
            const isPut = puts && nearest.takes(isAwaited);
            const first = isPut ? nearest.replacement(call, result) : nearest.deletion(call);
            return [first, ...others.map((cache) => cache.deletion(call))];
          });
        };
        return () => this.apply(receiver, args, result, named, steps);
      };
    };
  }
}
