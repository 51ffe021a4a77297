import type { Fn } from '../definition/definition.js';
import type { Many } from '../definition/options.js';
import { ArgumentError, mismatch, OptionError } from '../errors.js';
import { receiversOf } from '../memoize/registry.js';
import { Batch } from './batch.js';

/**
 * A gatherer: the function that is run in place of a method with the option `many`. It gathers the calls of one turn
 * of the event loop, those of each receiver in a batch of their own.
 */
export class Gatherer {
  /** The function, which gives a promise whatever it is called with. */
  readonly gather: Fn;
  readonly #many: Many;
  readonly #name: () => string;
  /** The batches of this turn. Holds on to a receiver no longer than that. */
  readonly #gathering = new Map<unknown, Batch>();

  /** `name` says in errors whose calls these are. */
  constructor(many: Many, name: () => string) {
    this.#many = many;
    this.#name = name;
    const gatherer = this;
    // A method of a literal, as a wrapper is: strict even in a script, and no constructor.
    this.gather = {
      call(this: unknown, key: unknown): Promise<unknown> {
        // biome-ignore lint/complexity/noArguments: no argument is not the same as undefined
        const { length } = arguments;
        return length === 1 ? gatherer.#batchOf(this).add(key) : gatherer.#refuse(length);
      },
    }.call;
  }

  #batchOf(receiver: unknown): Batch {
    const known = this.#gathering.get(receiver);
    if (known !== undefined) return known;
    const batch = new Batch((keys) => {
      // First, so that calls which the batch method makes go into the next batch.
      this.#gathering.delete(receiver);
      return keys.length === 0 ? keys : this.#load(receiver, keys);
    }, this.#name);
    this.#gathering.set(receiver, batch);
    return batch;
  }

  #load(receiver: unknown, keys: readonly unknown[]): unknown {
    const many = this.#many;
    const load: unknown =
      typeof many === 'function' ? many : (receiver as Record<PropertyKey, unknown> | undefined)?.[many];
    // The method itself would gather the list, as one more key, for ever.
    const isItself = receiversOf(load)?.definition.method === this.gather;
    if (typeof load === 'function' && !isItself) return load.call(receiver, keys);
    throw new OptionError(mismatch('many', `the name of a method beside ${this.#name()}`, many));
  }

  #refuse(count: number): Promise<never> {
    const expected = 'one argument, as its batch gets a list of these';
    return Promise.reject(new ArgumentError(`${this.#name()}: expected ${expected}, but got ${count}`));
  }
}
