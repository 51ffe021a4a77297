import type { BatchedDefinition } from '../definition/batched-definition.js';
import { isLost } from '../definition/load-timing.js';
import { ArgumentError, BatchError, mismatch } from '../errors.js';
import { CallIndex } from '../key/call-index.js';
import { type CallKey, isSameKey } from '../key/call-key.js';
import { running } from '../load/load-context.js';
import { freezeObject, ignoreForeign, isArray, tagOf } from '../platform.js';
import { ignoreRejection } from '../promise.js';
import { ScrambledMap } from '../scrambled-map.js';
import { endOfTurn } from '../time/end-of-turn.js';

/**
 * A batch: calls on one receiver within one turn of the event loop. One call with the list of their arguments answers
 * them all. Calls with one key share an element of the list. Calls with the same argument but other keys cannot be in one
 * batch: the list could not tell them apart.
 */
export class Batch {
  readonly #calls: BatchedCall[] = [];
  /** The key of the calls with each argument, where the option `key` makes the keys. */
  readonly #keys = new ScrambledMap<unknown, CallKey>();
  readonly #definition: BatchedDefinition;
  readonly #receiver: unknown;
  readonly #close: () => void;
  readonly #load: (list: readonly unknown[]) => unknown;

  /**
   * @param close Called once, at the end of the turn: from then on, calls must go into another batch.
   * @param load Loads the results. Called once, right after that.
   */
  constructor(
    definition: BatchedDefinition,
    receiver: unknown,
    close: () => void,
    load: (list: readonly unknown[]) => unknown,
  ) {
    this.#definition = definition;
    this.#receiver = receiver;
    this.#close = close;
    this.#load = load;
  }

  /** Has the batch load at the end of this turn. */
  schedule(): void {
    endOfTurn().then(() => this.#answer());
  }

  /** Whether a call with an argument and a key can be in this batch. */
  accepts(argument: unknown, key: CallKey): boolean {
    const begun = this.#calls[0]?.load?.since;
    // The platform has cancelled the batch, because the request of its first call has ended.
    if (begun !== undefined && isLost(begun, running.load!.since, this.#definition.options.timeout)) return false;
    return !this.#keys.has(argument) || isSameKey(this.#keys.get(argument), key);
  }

  /**
   * Adds a call. Returns a promise of its result, which rejects with the call's own error or the error of the batch. Call
   * this only before the batch loads.
   */
  add(argument: unknown, key: CallKey): Promise<unknown> {
    const { options } = this.#definition;
    if (options.key) this.#keys.set(argument, key);
    const identity = options.key || options.signal ? this.#identityOf(argument) : key;
    return new Promise((resolve, reject) => {
      this.#calls.push({ argument, identity, key, load: running.load, resolve, reject });
    });
  }

  async #answer(): Promise<void> {
    // Before the calls are looked at: an argument's getter may make a call.
    this.#close();
    // Skips each call whose load has ended already, because all its callers aborted or its timeout passed.
    const calls = this.#calls.filter((call) => !call.load?.isSettled && this.#isUnchanged(call));
    try {
      // Each key is loaded once, although a caller may call again after the entry was deleted.
      const places = new CallIndex<number>();
      for (const { key } of calls) if (places.get(key) === undefined) places.set(key, places.size);
      const list: unknown[] = [];
      for (const { key, argument } of calls) list[places.get(key)!] = argument;
      // Freezes the list: a batch function that sorted it would give the callers each other's results.
      freezeObject(list);
      const results = requireResults(await this.#load(list), list.length, this.#definition.name());
      for (const call of calls) settleCall(call, results[places.get(call.key)!]);
    } catch (error) {
      for (const { reject } of calls) reject(error);
    }
  }

  /** Returns the key of a call with the argument alone, which must not change until the batch loads. */
  #identityOf(argument: unknown): CallKey {
    return this.#definition.keyOf(this.#receiver, [argument]);
  }

  /** Rejects a call whose key has changed since: its result would be another's, and stored as its own. */
  #isUnchanged({ argument, identity, reject }: BatchedCall): boolean {
    const { name, options } = this.#definition;
    try {
      if (isSameKey(this.#identityOf(argument), identity)) return true;
      const what = options.key ? 'key' : 'argument';
      reject(new ArgumentError(`${name()}: the ${what} was changed after the call, before its batch was loaded`));
    } catch (error) {
      reject(error);
    }
    return false;
  }
}

interface BatchedCall {
  readonly argument: unknown;
  /** The result of `#identityOf` at the time of the call. */
  readonly identity: CallKey;
  /** The key of the call's entry. */
  readonly key: CallKey;
  /** The load that the call belongs to, if that load can be aborted. */
  readonly load: typeof running.load;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
}

function settleCall({ load, resolve, reject }: BatchedCall, result: unknown): void {
  if (load !== undefined) load.isInBatchResults = true;
  try {
    if (isError(result)) reject(result);
    else resolve(result);
  } catch (error) {
    reject(error);
  }
}

/** The result of a batch of one call. Throws it where it is an error. */
export function onlyResult(results: unknown, name: string): unknown {
  const [result] = requireResults(results, 1, name);
  if (isError(result)) throw result;
  return result;
}

function requireResults(results: unknown, count: number, name: string): readonly unknown[] {
  // No call gets any of these results.
  if (isArray(results) && results.length !== count) for (const result of results) ignoreRejection(result);
  if (!isArray(results)) throw new BatchError(mismatch(name, 'its batch to return an array', results));
  if (results.length !== count) {
    throw new BatchError(
      `${name}: expected its batch to return one result for each key (${count}), but got ${results.length}`,
    );
  }
  return results;
}

/**
 * Whether a result is an error of any realm. Test runners use virtual contexts, and an error that Node itself throws there
 * is not an instance of the context's `Error`.
 */
function isError(result: unknown): boolean {
  try {
    if (result instanceof Error) return true;
    return tagOf(result) === '[object Error]' && !(Symbol.toStringTag in Object(result));
  } catch (error) {
    // A strict proxy throws for the name that it does not have, and so is none.
    ignoreForeign(error);
    return false;
  }
}

/**
 * Stands for no batch. It also keeps a batch alive for ever: a garbage collection that finds none alive drops their hidden
 * class, and with it all machine code that was optimized for it.
 */
export const NO_BATCH: Batch = /* @__PURE__ */ new Batch(
  {} as BatchedDefinition,
  undefined,
  () => {},
  () => [],
);
