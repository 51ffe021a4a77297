import type { Fn } from '../definition/function.js';
import type { Many } from '../definition/options.js';
import { ArgumentError, mismatch, OptionError } from '../errors.js';
import { Batch } from './batch.js';

/**
 * A batched method: the function that runs in place of a method with the option `many`. It puts the calls of one turn of
 * the event loop on one receiver into a batch, and gives a promise whatever it is called with.
 *
 * @param name Says in errors whose calls these are.
 * @param methodOf Gives the method behind a memoized function.
 */
export function batchedMethod(many: Many, name: () => string, methodOf: (fn: unknown) => Fn | undefined): Fn {
  /** The batches of this turn. Holds on to a receiver no longer than that. */
  const batches = new Map<unknown, Batch>();

  const load = (receiver: unknown, keys: readonly unknown[]): unknown => {
    const batch: unknown =
      typeof many === 'function' ? many : (receiver as Record<PropertyKey, unknown> | undefined)?.[many];
    // The method itself would put the list into a batch, as one more key, for ever.
    if (typeof batch === 'function' && methodOf(batch) !== batched) return batch.call(receiver, keys);
    throw new OptionError(mismatch('many', `the name of a method beside ${name()}`, many));
  };

  const batchOf = (receiver: unknown): Batch => {
    const known = batches.get(receiver);
    if (known !== undefined) return known;
    const batch = new Batch((keys) => {
      // First, so that calls which the batch method makes go into the next batch.
      batches.delete(receiver);
      return keys.length === 0 ? keys : load(receiver, keys);
    }, name);
    batches.set(receiver, batch);
    return batch;
  };

  // A method of a literal, as call paths are: strict even in a script, and no constructor.
  const batched: Fn = {
    call(this: unknown, key: unknown): Promise<unknown> {
      // biome-ignore lint/complexity/noArguments: no argument is not the same as undefined
      const { length } = arguments;
      if (length === 1) return batchOf(this).add(key);
      const expected = 'one argument, as its batch gets a list of these';
      return Promise.reject(new ArgumentError(`${name()}: expected ${expected}, but got ${length}`));
    },
  }.call;
  return batched;
}
