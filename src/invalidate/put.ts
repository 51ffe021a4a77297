import { ArgumentError, mismatch } from '../errors.js';
import { CallCache } from '../memoize/call-cache.js';
import { resolvePutsOptions } from './options.js';
import { Rule, type Start } from './rule.js';
import { readStatement } from './statement.js';

/** The rule of `@puts`: stores the mutator's result as that of one call of the members that it names. */
export function putRule(given: readonly unknown[]): Rule {
  const statement = readStatement('puts', given);
  const options = resolvePutsOptions(statement.options);
  if (statement.args === undefined) throw new ArgumentError(mismatch('args', 'a function', statement.args));
  return new PutRule(statement, options);
}

class PutRule extends Rule {
  override bind(receiver: unknown, args: readonly unknown[]): Start {
    const named = this.cachesOf(receiver);
    return () => {
      const watched = named.map(([nearest, ...others]) => {
        return { nearest, others, isUntouched: CallCache.watch(nearest) };
      });
      return (result, isAwaited) => {
        // What came while the mutator ran may be newer than its result.
        const chains = watched.map(({ isUntouched, ...chain }) => ({ ...chain, puts: isUntouched() }));
        const steps = () => {
          const call = this.callOf(receiver, args, result)!;
          return chains.flatMap(({ nearest, others, puts }) => {
            const isPut = puts && CallCache.takes(nearest, isAwaited);
            const first = isPut ? CallCache.replacement(nearest, call, result) : CallCache.deletion(nearest, call);
            return [first, ...others.map((cache) => CallCache.deletion(cache, call))];
          });
        };
        return () => this.follow(receiver, args, result, named.flat(), steps);
      };
    };
  }
}
