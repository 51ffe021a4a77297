import { ArgumentError, mismatch } from '../errors.js';
import { resolvePutsOptions } from './options.js';
import { Rule } from './rule.js';
import { readStatement } from './statement.js';

/** The rule of `@puts`: stores the mutator's result as that of one call of the members that it names. */
export function putRule(given: readonly unknown[]): Rule {
  const statement = readStatement('puts', given);
  const options = resolvePutsOptions(statement.options);
  if (statement.args === undefined) throw new ArgumentError(mismatch('args', 'a function', statement.args));
  return new Rule(statement, options, (cache, args, result) => cache.put(args as unknown[], result));
}
