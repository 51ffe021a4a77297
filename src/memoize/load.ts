import { OneShotError, RecursionError } from '../errors.js';
import type { Key } from '../key/key.js';

/** The loads in flight of one cache, at most one a key. To fence one is to forget it: it ends stored nowhere. */
export class Loads {
  readonly #running = new Map<Key, Load>();

  /** The promise of a key's load, when there is one to join. @throws RecursionError when it has given none yet. */
  join(key: Key, { name }: { readonly name: string }): unknown {
    const load = this.#running.get(key);
    if (load === undefined) return undefined;
    if (load.promise !== undefined) return load.promise;
    throw new RecursionError(`${name} called itself with the same arguments before it had returned`);
  }

  has(key: Key): boolean {
    return this.#running.has(key);
  }

  /** Starts a load, in place of any other of the key, which is fenced. */
  begin(key: Key): Load {
    const load: Load = { key, promise: undefined };
    this.#running.set(key, load);
    return load;
  }

  /** Ends a load. Tells whether it may store: a fenced one may not. */
  end(load: Load): boolean {
    return this.#running.get(load.key) === load && this.#running.delete(load.key);
  }

  /** Tells whether there was a load to fence. */
  fence(key: Key): boolean {
    return this.#running.delete(key);
  }

  fenceAll(): void {
    this.#running.clear();
  }
}

/** One run of a method. */
export interface Load {
  readonly key: Key;
  /** What its callers wait for, once the method has returned one. */
  promise: Promise<unknown> | undefined;
}

export function isPromise(result: unknown): result is PromiseLike<unknown> {
  return result instanceof Promise || typeof (result as PromiseLike<unknown> | null | undefined)?.then === 'function';
}

/** Refuses a result that a second caller would find used up. */
export function refuseOneShot(result: unknown, definition: { readonly name: string }): void {
  if (typeof result !== 'object' || result === null) return;
  const tag = (result as { [Symbol.toStringTag]?: unknown })[Symbol.toStringTag];
  if (typeof tag === 'string' && ONE_SHOT.test(tag)) {
    throw new OneShotError(
      `${definition.name} returned a ${tag}, which can be read only once: return an array instead`,
    );
  }
}

const ONE_SHOT = /^(Async)?Generator$|Iterator/;
