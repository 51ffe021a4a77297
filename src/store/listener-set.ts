import { rethrow } from '../call-all.js';

/** The listeners of a store, in the order in which they were added. */
export class ListenerSet<T> {
  readonly #listeners = new Set<(event: T) => void>();

  /** Adds a listener. Returns the function that removes it. The same function may be added twice. */
  add(listener: (event: T) => void): () => void {
    const own = (event: T) => listener(event);
    this.#listeners.add(own);
    return () => void this.#listeners.delete(own);
  }

  /** Tells all of them. An error of one is reported as uncaught, since the engine and the others have no part in it. */
  tell(event: T): void {
    for (const listener of [...this.#listeners]) {
      try {
        listener(event);
      } catch (error) {
        queueMicrotask(rethrow(error));
      }
    }
  }

  clear(): void {
    this.#listeners.clear();
  }
}
