import type { PutsOptions } from '../src/invalidate/options.js';
import { putRule } from '../src/invalidate/put.js';
import type { Decorator } from './dialect.js';
import { type CallsOf, type Given, type MutatorDecorator, mutatorDecorator } from './mutator.js';

/**
 * Stores the result of the decorated method, whenever it succeeds, as the result of a call of the named cached members
 * of the receiver: the call whose arguments the function makes of the method's own.
 *
 * A promise is awaited; storing is the last thing before the method returns or its promise is fulfilled. A load of that
 * call in flight is stored nowhere. The value is put as `CallCache.put` does: a member that is no async function but
 * returns promises has to have been called for that to be known. Errors as of `evicts`. O(names) and what the puts take.
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
export function puts<T = any>(
  ...call: CallsOf<Given<T>> | [...CallsOf<Given<T>>, PutsOptions<Given<T>>]
): MutatorDecorator {
  return mutatorDecorator(PUTS, putRule(call)) as MutatorDecorator;
}

const PUTS: Decorator = {
  name: 'puts',
  serves: ['method'],
  otherwise:
    'A setter has no result to store: write @evicts there. Anywhere else, write cacheOf(receiver, name).put(args, value)',
};
