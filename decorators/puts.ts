import type { PutsOptions } from '../src/invalidate/options.js';
import { putRule } from '../src/invalidate/put.js';
import type { Decorator } from './dialect.js';
import { type CallsOf, type Given, type MutatorDecorator, mutatorDecorator } from './mutator.js';

/**
 * Stores the result of the decorated method, whenever it succeeds, as the result of a call of the named cached members
 * of the receiver: the call whose arguments the function makes of the method's own, after success, so that an id is
 * seen which the method has set.
 *
 * A promise is awaited; storing is the last thing before the method returns or its promise is fulfilled. A load of that
 * call in flight is stored nowhere. The value is put as `CallCache.put` does. Of a cached member that overrides others,
 * those evict the call. O(names) and what the puts take.
 *
 * The call is evicted instead where the result may not be what a load would give: when anything of the member was
 * deleted, cleared, put or invalidated while the method ran, or may have been by a tag; and when the method has returned a
 * promise, but it is not known yet whether the member does, which is no async function and was never run.
 *
 * A result that cannot be stored evicts the call; what `when` or the argument function throws, every call of the
 * members. The error reaches the caller. All else as of `evicts`.
 *
 * @throws ArgumentError when no name or no argument function is given, or something that is none; OptionError when an
 *   option is not as `PutsOptions` says; PlacementError when the decorator stands on anything but a method, or on a
 *   generator; all at decoration.
 * @example
 * class Users {
 *   @cached() async get(id: number): Promise<User> { … }
 *
 *   @puts<Users>('get', (user) => [user.id])
 *   async save(user: User): Promise<User> { … }
 * }
 */
export function puts<T = any>(...call: CallsOf<Given<T>, PutsOptions<Given<T>>>): MutatorDecorator {
  return mutatorDecorator(PUTS, putRule(call)) as MutatorDecorator;
}

const PUTS: Decorator = {
  name: 'puts',
  serves: ['method'],
  otherwise:
    'A setter has no result to store: write @evicts there. Anywhere else, write cacheOf(receiver, name).put(args, value)',
};
