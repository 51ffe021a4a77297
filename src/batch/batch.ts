import { ArgumentError, BatchError, mismatch } from '../errors.js';
import { type Key, keyOf } from '../key/key.js';
import { running } from '../load/load-context.js';
import { endOfTurn } from '../time/end-of-turn.js';

/** A batch: the calls of one receiver in one turn of the event loop, all of them answered by one call that takes a list. */
export class Batch {
  readonly #calls: BatchedCall[] = [];
  readonly #load: (keys: readonly unknown[]) => unknown;
  readonly #name: () => string;

  /** `load` is called at the end of the turn, and `name` when there is an error to tell of. */
  constructor(load: (keys: readonly unknown[]) => unknown, name: () => string) {
    this.#load = load;
    this.#name = name;
    endOfTurn().then(() => this.#answer());
  }

  /** The result of one more call, or the error that stands in its place. To be called before `load` is. */
  add(key: unknown): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#calls.push({ key, identity: keyOf([key]), load: running.load, resolve, reject });
    });
  }

  async #answer(): Promise<void> {
    // Not for those which all have left that waited.
    const calls = this.#calls.filter((call) => !call.load?.isSettled && isUnchanged(call, this.#name));
    try {
      // One of each, though a call may have been made again after its entry was deleted.
      const keys = new Map(calls.map(({ identity, key }) => [identity, key]));
      // One that sorted its list would give every caller another's result: better that it cannot.
      const list = Object.freeze([...keys.values()]);
      const results = requireResults(await this.#load(list), list.length, this.#name());
      const given = new Map([...keys.keys()].map((identity, index) => [identity, results[index]]));
      for (const call of calls) settle(call, given.get(call.identity));
    } catch (error) {
      for (const { reject } of calls) reject(error);
    }
  }
}

interface BatchedCall {
  readonly key: unknown;
  /** What the key was when the call was made. */
  readonly identity: Key;
  /** What the call is a part of, where that can be given up. */
  readonly load: typeof running.load;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** Rejects a call whose key has changed since: its result would be another's, and stored as its own. */
function isUnchanged({ key, identity, reject }: BatchedCall, name: () => string): boolean {
  try {
    if (Object.is(keyOf([key]), identity)) return true;
    reject(new ArgumentError(`${name()}: the argument was changed after the call, before its batch was made`));
  } catch (error) {
    reject(error);
  }
  return false;
}

function settle({ resolve, reject }: BatchedCall, result: unknown): void {
  try {
    if (isError(result)) reject(result);
    else resolve(result);
  } catch (error) {
    reject(error);
  }
}

function requireResults(results: unknown, count: number, name: string): readonly unknown[] {
  if (!Array.isArray(results)) throw new BatchError(mismatch(name, 'its batch to give an array', results));
  if (results.length !== count) {
    throw new BatchError(
      `${name}: expected its batch to give one result for each key, ${count}, but got ${results.length}`,
    );
  }
  return results;
}

/** An error of any realm: what Node throws into a virtual context, as tests run in, is none of that context's errors. */
function isError(result: unknown): boolean {
  if (result instanceof Error) return true;
  return Object.prototype.toString.call(result) === '[object Error]' && !(Symbol.toStringTag in Object(result));
}
