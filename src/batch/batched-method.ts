import type { BatchedDefinition } from '../definition/batched-definition.js';
import type { Fn } from '../definition/function.js';
import type { Many } from '../definition/options.js';
import { ArgumentError, mismatch, OptionError } from '../errors.js';
import { CallIndex } from '../key/call-index.js';
import { type CallKey, callKeyOf } from '../key/call-key.js';
import { running } from '../load/load-context.js';
import { freezeObject, rejected } from '../platform.js';
import { refusePromiseKey } from '../promise.js';
import { ScrambledMap } from '../scrambled-map.js';
import { Batch, NO_BATCH, onlyResult } from './batch.js';

/**
 * Makes a batched method: the function that runs in place of a method with the option `many`. It collects the calls on one
 * receiver within one turn of the event loop into a batch. It always returns a promise, also for wrong arguments.
 */
export function batchedMethod(many: Many, definition: BatchedDefinition): Fn {
  return new BatchedMethod(many, definition).toFunction();
}

/** A batched method. A class, whose code is strict even in a script: sloppy code would turn a primitive `this` into an object. */
class BatchedMethod {
  readonly #many: Many;
  readonly #definition: BatchedDefinition;
  /**
   * The batches of this turn, by receiver, or by cache where a scope parts the calls on one receiver, and by what `batchBy`
   * returned. They are removed at the end of the turn, so that the map keeps no receiver alive.
   */
  readonly #batches = new ScrambledMap<unknown, CallIndex<Batch[]>>();
  #batched: Fn | undefined;

  constructor(many: Many, definition: BatchedDefinition) {
    this.#many = many;
    this.#definition = definition;
  }

  /** The function itself: a method of an object literal, which is not a constructor. */
  toFunction(): Fn {
    const self = this;
    this.#batched = {
      call(this: unknown, argument: unknown): Promise<unknown> {
        // biome-ignore lint/complexity/noArguments: no argument is not the same as undefined
        const { length } = arguments;
        return length === 1 ? self.#add(this, argument) : self.#refuse(length);
      },
    }.call;
    return this.#batched;
  }

  #add(receiver: unknown, argument: unknown): Promise<unknown> {
    const { cache, key } = running;
    if (cache === undefined) return this.#alone(receiver, argument);
    let group: CallKey;
    try {
      group = this.#groupOf(receiver, argument);
    } catch (error) {
      return rejected(error);
    }
    const owner = typeof this.#definition.options.per === 'object' ? cache : receiver;
    const groups = this.#batches.get(owner) ?? new CallIndex<Batch[]>();
    const batches = groups.get(group) ?? [];
    let batch = batches.find((each) => each.accepts(argument, key)) ?? NO_BATCH;
    if (batch === NO_BATCH) {
      batch = this.#begin(owner, receiver, groups);
      batches.push(batch);
      groups.set(group, batches);
      this.#batches.set(owner, groups);
    }
    return batch.add(argument, key);
  }

  /** Answers a call that runs beside the cache with a batch of its own, at once. */
  async #alone(receiver: unknown, argument: unknown): Promise<unknown> {
    return onlyResult(await this.#load(receiver, freezeObject([argument])), this.#definition.name());
  }

  /** Returns the key of what `batchBy` returns for a call. Calls with different keys are never in one batch. */
  #groupOf(receiver: unknown, argument: unknown): CallKey {
    const { batchBy } = this.#definition.options;
    if (batchBy === undefined) return undefined;
    const group: unknown = batchBy.call(receiver, argument);
    refusePromiseKey('batchBy', group);
    return callKeyOf([group]);
  }

  #begin(owner: unknown, receiver: unknown, groups: CallIndex<Batch[]>): Batch {
    const close = () => {
      // Another batch of this turn may have closed them all, and calls of its batch function are in new ones.
      if (this.#batches.get(owner) === groups) this.#batches.delete(owner);
    };
    const load = (list: readonly unknown[]) => (list.length === 0 ? list : this.#load(receiver, list));
    const batch = new Batch(this.#definition, receiver, close, load);
    batch.schedule();
    return batch;
  }

  #load(receiver: unknown, list: readonly unknown[]): unknown {
    const many = this.#many;
    const { name, methodOf } = this.#definition;
    const batch: unknown =
      typeof many === 'function' ? many : (receiver as Record<PropertyKey, unknown> | undefined)?.[many];
    // If `many` names the batched method itself, each batch would become one key of the next batch, without end.
    if (typeof batch === 'function' && methodOf(batch) !== this.#batched) return batch.call(receiver, list);
    throw new OptionError(mismatch('many', `the name of a method other than ${name()}`, many));
  }

  #refuse(count: number): Promise<never> {
    const expected = 'one argument, because its batch takes a list of single arguments';
    return rejected(new ArgumentError(`${this.#definition.name()}: expected ${expected}, but got ${count}`));
  }
}
