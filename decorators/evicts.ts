import { evictionRule } from '../src/invalidate/evict.js';
import type { EvictsOptions } from '../src/invalidate/options.js';
import type { Decorator } from './dialect.js';
import { type CallsOf, type Given, type MutatorDecorator, mutatorDecorator, type OneOrMore } from './mutator.js';

/** What `evicts` returns: a decorator of methods and setters, static and private ones too, in either dialect. */
export interface EvictsDecorator extends MutatorDecorator {
  // standard
  <This, V>(
    setter: (this: This, value: V) => void,
    context: ClassSetterDecoratorContext<This, V>,
  ): (this: This, value: V) => void;
}

/**
 * Evicts a call of the named cached members of the receiver, whenever the decorated method succeeds: the call whose
 * arguments the function makes of the method's own; without a function, every call. Of a cached member that overrides
 * others, all of them evict it.
 *
 * Eviction is the last thing before the method returns or its promise is fulfilled; a method that throws or rejects
 * evicts nothing. A load in flight is stored nowhere. What `on.evict` throws reaches the caller, with nothing undone.
 * O(names) and what the evictions take.
 *
 * The argument function is called before the method runs, and what it throws keeps that from running. With
 * `by: 'result'` it is called after success; what it, or `when`, throws then has every call of the members evicted, and
 * reaches the caller.
 *
 * Several names stand in an array. With the class as type argument, names and arguments are checked against it; a
 * member that is `private` to TypeScript needs `evicts` without. A `#private` one has no name to give: there, write
 * `cacheOf(this, this.#name).delete(…)`.
 *
 * The call throws NotCachedError, before the method runs, when the receiver has no cached member of a name; and
 * ArgumentError when the argument function gives no array, as if it threw that.
 *
 * @throws ArgumentError when no name is given, or something that is none; OptionError when an option is not as
 *   `EvictsOptions` says; PlacementError when the decorator stands on anything but a method or setter, or on a
 *   generator; all at decoration.
 * @example
 * class SchemaService {
 *   @cached() async get(table: string): Promise<Schema> { … }
 *
 *   @evicts<SchemaService>('get', (table) => [table])
 *   async alter(table: string, ddl: string): Promise<void> { … }
 * }
 */
export function evicts<T = any>(
  ...given: CallsOf<Given<T>, EvictsOptions<Given<T>>> | NamesOf<Given<T>, EvictsOptions<Given<T>>>
): EvictsDecorator {
  return mutatorDecorator(EVICTS, evictionRule(given)) as EvictsDecorator;
}

type NamesOf<T, Options> = [OneOrMore<keyof T>, ...(keyof T)[]] | [OneOrMore<keyof T>, ...(keyof T)[], Options];

const EVICTS: Decorator = {
  name: 'evicts',
  serves: ['method', 'setter'],
  otherwise: 'Anywhere else, write cacheOf(receiver, name).delete(…) or .clear()',
};
