import { evictionRule } from '../src/invalidate/evict.js';
import type { EvictsOptions } from '../src/invalidate/options.js';
import type { Checked, Verdict } from './callback-check.js';
import type { Decorator } from './dialect.js';
import {
  type CallbacksOf,
  type CallsOf,
  type Given,
  type MutatorCallbacks,
  type MutatorDecorator,
  mutatorDecorator,
  type OneOrMore,
} from './mutator.js';

/**
 * The decorator that `evicts` returns. It decorates methods and setters, static and private ones too, in either
 * dialect.
 */
export interface EvictsDecorator<Callbacks extends MutatorCallbacks = MutatorCallbacks>
  extends MutatorDecorator<Callbacks> {
  // standard
  <This, V, Tried extends Checked<MutatorCallbacks<[value: V]>> = Callbacks>(
    setter: (this: This, value: V) => void,
    context: ClassSetterDecoratorContext<This, V>,
  ): Verdict<Tried, Callbacks, (value: V) => void, (this: This, value: V) => void>;
}

/**
 * Evicts a call of the named cached members of the receiver whenever the decorated method succeeds. The argument
 * function returns the arguments of that call, given the arguments of the decorated method. Without an argument
 * function, every call is evicted. If a cached member overrides others, the call is evicted from the caches of all of
 * them.
 *
 * The eviction is the last step before the method returns or its promise is fulfilled. A method that throws or rejects
 * evicts nothing. A load of an evicted call that is in flight is fenced: its callers still get the value, but it is not
 * stored. If `on.evict` throws, the caller gets the error and nothing is undone. It takes O(names) and the time of the
 * evictions.
 *
 * The argument function is called before the method runs; if it throws, the method does not run. With `by: 'result'` it
 * is called after the method succeeds. If it or `when` throws then, every call of the members is evicted, and the
 * caller gets the error. With `soft`, entries are expired instead of deleted. With `defer`, a function of yours has the
 * caches changed later, such as when a transaction is committed.
 *
 * Pass several names as an array. With the class as type argument, the compiler checks names and arguments. Leave the
 * type argument out for a member that is `private` in TypeScript. A `#private` member has no name to pass: write
 * `cacheOf(this, this.#name).delete(…)` instead.
 *
 * A call of the method fails with a NotCachedError before the method runs if the receiver has no cached member of a name.
 * An async method rejects, as does one that has returned a promise before; any other method throws. If the argument function returns no array, an ArgumentError is thrown as if the function threw it.
 *
 * @throws ArgumentError at decoration when no name is given, or when an argument in the place of a name is not one.
 * @throws OptionError at decoration when an option breaks `EvictsOptions`.
 * @throws PlacementError at decoration when the decorated member is not a method or setter, or is a generator.
 * @example
 * class SchemaService {
 *   @cached() async get(table: string): Promise<Schema> { … }
 *
 *   @evicts<SchemaService>('get', (table) => [table])
 *   async alter(table: string, ddl: string): Promise<void> { … }
 * }
 */
export function evicts<T = any, G extends MembersAndArguments<Given<T>> = MembersAndArguments<Given<T>>>(
  ...given: G
): EvictsDecorator<CallbacksOf<T, G>> {
  return mutatorDecorator(EVICTS, evictionRule(given)) as EvictsDecorator<CallbacksOf<T, G>>;
}

type MembersAndArguments<T> = CallsOf<T, EvictsOptions<T>> | NamesOf<T, EvictsOptions<T>>;

type NamesOf<T, Options> = [OneOrMore<keyof T>, ...(keyof T)[]] | [OneOrMore<keyof T>, ...(keyof T)[], Options];

const EVICTS: Decorator = {
  name: 'evicts',
  decorates: ['method', 'setter'],
  alternative: 'Anywhere else, write cacheOf(receiver, name).delete(…) or .clear()',
};
