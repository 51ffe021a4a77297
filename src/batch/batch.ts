import { ArgumentError, BatchError, mismatch } from '../errors.js';
import { type Key, keyOf } from '../key/key.js';
import { running } from '../load/load-context.js';
import { endOfTurn } from '../time/end-of-turn.js';

/**
 * A batch: the calls on one receiver within one turn of the event loop. One call with the list of their keys answers
 * them all.
 */
export class Batch {
  readonly #calls: BatchedCall[] = [];
  readonly #load: (keys: readonly unknown[]) => unknown;
  readonly #name: () => string;

  /**
   * @param load Loads the results. Called once, at the end of the turn.
   * @param name Returns the name of the definition. Called only for error messages.
   */
  constructor(load: (keys: readonly unknown[]) => unknown, name: () => string) {
    this.#load = load;
    this.#name = name;
  }

  /** Has the batch load at the end of this turn. */
  schedule(): void {
    endOfTurn().then(() => this.#answer());
  }

  /**
   * Adds a call. Returns a promise of its result, which rejects with the call's own error or the error of the batch. Call
   * this only before `load` is called.
   */
  add(key: unknown): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#calls.push({ key, identity: keyOf([key]), load: running.load, resolve, reject });
    });
  }

  async #answer(): Promise<void> {
    // Skips each call whose load has ended already, because all its callers aborted or its timeout passed.
    const calls = this.#calls.filter((call) => !call.load?.isSettled && isUnchanged(call, this.#name));
    try {
      // Each key is loaded once, although a caller may call again after the entry was deleted.
      const keys = new Map(calls.map(({ identity, key }) => [identity, key]));
      // Freezes the list: a batch function that sorted it would give the callers each other's results.
      const list = Object.freeze([...keys.values()]);
      const results = requireResults(await this.#load(list), list.length, this.#name());
      const resultOf = new Map([...keys.keys()].map((identity, index) => [identity, results[index]]));
      for (const call of calls) settleCall(call, resultOf.get(call.identity));
    } catch (error) {
      for (const { reject } of calls) reject(error);
    }
  }
}

interface BatchedCall {
  readonly key: unknown;
  /** The cache key of `key` at the time of the call. */
  readonly identity: Key;
  /** The load that the call belongs to, if that load can be aborted. */
  readonly load: typeof running.load;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Whether the key of a call is the same as at the time of the call. If it is not, rejects the call, because its result
 * would be stored under the key of another value.
 */
function isUnchanged({ key, identity, reject }: BatchedCall, name: () => string): boolean {
  try {
    if (Object.is(keyOf([key]), identity)) return true;
    reject(new ArgumentError(`${name()}: the argument was changed after the call, before its batch was loaded`));
  } catch (error) {
    reject(error);
  }
  return false;
}

function settleCall({ resolve, reject }: BatchedCall, result: unknown): void {
  try {
    if (isError(result)) reject(result);
    else resolve(result);
  } catch (error) {
    reject(error);
  }
}

function requireResults(results: unknown, count: number, name: string): readonly unknown[] {
  if (!Array.isArray(results)) throw new BatchError(mismatch(name, 'its batch to return an array', results));
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
  if (result instanceof Error) return true;
  return Object.prototype.toString.call(result) === '[object Error]' && !(Symbol.toStringTag in Object(result));
}

/**
 * Stands for no batch. It also keeps a batch alive for ever: a garbage collection that finds none alive drops their hidden
 * class, and with it all machine code that was optimized for it.
 */
export const NO_BATCH: Batch = /* @__PURE__ */ new Batch(
  () => [],
  () => '',
);
