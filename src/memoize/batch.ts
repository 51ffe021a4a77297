import { BatchError, mismatch } from '../errors.js';
import { endOfTurn } from './turn.js';

/** A batch: the calls of one receiver in one turn of the event loop, all of them answered by one call that takes a list. */
export class Batch {
  readonly #keys: unknown[] = [];
  readonly #results: Promise<readonly unknown[]>;

  /** `load` is called at the end of the turn, and `name` when it gives what cannot be dealt out. */
  constructor(load: (keys: readonly unknown[]) => unknown, name: () => string) {
    this.#results = endOfTurn().then(async () => {
      // One that sorted its list would give every caller another's result: better that it cannot.
      const keys = Object.freeze(this.#keys);
      return requireResults(await load(keys), keys.length, name());
    });
  }

  /** The result of one more call, or the error that stands in its place. To be called before `load` is. */
  add(key: unknown): Promise<unknown> {
    const index = this.#keys.push(key) - 1;
    return this.#results.then((results) => {
      const result = results[index];
      if (isError(result)) throw result;
      return result;
    });
  }
}

function requireResults(results: unknown, count: number, name: string): readonly unknown[] {
  if (!Array.isArray(results)) throw new BatchError(mismatch(name, 'its batch to give an array', results));
  if (results.length !== count) {
    throw new BatchError(mismatch(name, `its batch to give ${count} results, one for each key`, results.length));
  }
  return results;
}

/** An error of any realm: what Node throws into a virtual context, as tests run in, is none of that context's errors. */
function isError(result: unknown): boolean {
  return result instanceof Error || Object.prototype.toString.call(result) === '[object Error]';
}
