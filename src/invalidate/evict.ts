import { resolveEvictsOptions } from './options.js';
import { Rule } from './rule.js';
import { readStatement } from './statement.js';

/** The rule of `@evicts`: forgets one call, or every call, of the members that it names. */
export function evictionRule(given: readonly unknown[]): Rule {
  const statement = readStatement('evicts', given);
  const options = resolveEvictsOptions(statement.options);
  return new Rule(statement, options, (cache, args) => (args === undefined ? cache.clear() : cache.delete(...args)));
}
