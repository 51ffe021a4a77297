import type { Fn } from '../definition/function.js';
import type { Many } from '../definition/options.js';
import { ArgumentError, mismatch, OptionError } from '../errors.js';
import { Batch, NO_BATCH } from './batch.js';

/**
 * Makes a batched method: the function that runs in place of a method with the option `many`. It collects the calls on one
 * receiver within one turn of the event loop into a batch. It always returns a promise, also for wrong arguments.
 *
 * @param name Returns the name of the definition, for error messages.
 * @param methodOf Returns the method behind a memoized function.
 */
export function batchedMethod(many: Many, name: () => string, methodOf: (fn: unknown) => Fn | undefined): Fn {
  return new BatchedMethod(many, name, methodOf).toFunction();
}

/** A batched method. A class, whose code is strict even in a script: sloppy code would turn a primitive `this` into an object. */
class BatchedMethod {
  readonly #many: Many;
  readonly #name: () => string;
  readonly #methodOf: (fn: unknown) => Fn | undefined;
  /** The batches of this turn, by receiver. Each is removed at the end of the turn, so that the map keeps no receiver alive. */
  readonly #batches = new Map<unknown, Batch>();
  #batched: Fn | undefined;

  constructor(many: Many, name: () => string, methodOf: (fn: unknown) => Fn | undefined) {
    this.#many = many;
    this.#name = name;
    this.#methodOf = methodOf;
  }

  /** The function itself: a method of an object literal, which is not a constructor. */
  toFunction(): Fn {
    const self = this;
    this.#batched = {
      call(this: unknown, key: unknown): Promise<unknown> {
        // biome-ignore lint/complexity/noArguments: no argument is not the same as undefined
        const { length } = arguments;
        return length === 1 ? self.#batchOf(this).add(key) : self.#refuse(length);
      },
    }.call;
    return this.#batched;
  }

  #batchOf(receiver: unknown): Batch {
    const known = this.#batches.get(receiver) ?? NO_BATCH;
    if (known !== NO_BATCH) return known;
    const batch = new Batch((keys) => {
      // Removes the batch before loading, so that calls that the batch function makes go into the next batch.
      this.#batches.delete(receiver);
      return keys.length === 0 ? keys : this.#load(receiver, keys);
    }, this.#name);
    this.#batches.set(receiver, batch);
    batch.schedule();
    return batch;
  }

  #load(receiver: unknown, keys: readonly unknown[]): unknown {
    const many = this.#many;
    const batch: unknown =
      typeof many === 'function' ? many : (receiver as Record<PropertyKey, unknown> | undefined)?.[many];
    // If `many` names the batched method itself, each batch would become one key of the next batch, without end.
    if (typeof batch === 'function' && this.#methodOf(batch) !== this.#batched) return batch.call(receiver, keys);
    throw new OptionError(mismatch('many', `the name of a method other than ${this.#name()}`, many));
  }

  #refuse(count: number): Promise<never> {
    const expected = 'one argument, because its batch takes a list of single arguments';
    return Promise.reject(new ArgumentError(`${this.#name()}: expected ${expected}, but got ${count}`));
  }
}
