import type { PutsOptions } from '../src/invalidate/options.js';
import { putRule } from '../src/invalidate/put.js';
import type { Decorator } from './dialect.js';
import { type CallbacksOf, type CallsOf, type Given, type MutatorDecorator, mutatorDecorator } from './mutator.js';

/**
 * Stores the result of the decorated method, whenever it succeeds, as the result of a call of the named cached members
 * of the receiver. The argument function returns the arguments of that call, given the arguments of the decorated
 * method. It is called after the method succeeds, so that it sees, for example, an id that the method has set.
 *
 * A promise is awaited. Storing is the last step before the method returns or its promise is fulfilled. A load of that
 * call that is in flight is fenced: its callers still get the value, but it is not stored. The value is stored as
 * `CallCache.put` stores it. If a cached member overrides others, the call is evicted from the caches of those. It
 * takes O(names) and the time of the puts.
 *
 * The call is evicted instead if the result may differ from the result of a load. That is so if an entry of the member
 * was deleted, cleared, put, expired or invalidated while the method ran (with `defer`, also before the put), or may
 * have been invalidated by a tag. It is also so if the method returned a promise and it is not known yet whether the
 * member returns promises, because the member is not an async function and was never called.
 *
 * If the result cannot be stored, the call is evicted. If `when` or the argument function throws, every call of the
 * members is evicted. The caller gets the error. Everything else is as with `evicts`.
 *
 * @throws ArgumentError at decoration when no name or no argument function is given, or when an argument in the place
 * of a name is not one.
 * @throws OptionError at decoration when an option breaks `PutsOptions`.
 * @throws PlacementError at decoration when the decorated member is not a method, or is a generator.
 * @example
 * class Users {
 *   @cached() async get(id: number): Promise<User> { … }
 *
 *   @puts<Users>('get', (user) => [user.id])
 *   async save(user: User): Promise<User> { … }
 * }
 */
export function puts<T = any, G extends MembersWithArguments<Given<T>> = MembersWithArguments<Given<T>>>(
  ...call: G
): MutatorDecorator<CallbacksOf<T, G>> {
  return mutatorDecorator(PUTS, putRule(call)) as MutatorDecorator<CallbacksOf<T, G>>;
}

type MembersWithArguments<T> = CallsOf<T, PutsOptions<T>>;

const PUTS: Decorator = {
  name: 'puts',
  decorates: ['method'],
  alternative:
    'A setter has no result to store: write @evicts there. Anywhere else, write cacheOf(receiver, name).put(args, value)',
};
