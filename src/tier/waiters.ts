import { min, random } from '../platform.js';

/** The loads that wait until another holder of a lease has filled, each under the name of its key. */
export class Waiters {
  readonly #byName = new Map<string, Set<() => void>>();

  /**
   * Resolves when a key may have been filled or released, or after some time, at most so many milliseconds.
   * @param isTold Whether the store tells that, so that looking is for messages that are lost.
   */
  wait(name: string, most: number, isTold: boolean): Promise<void> {
    return new Promise((resolve) => {
      // The timer keeps the process alive, as perhaps nothing else does while another process loads.
      const timer = setTimeout(() => wake(), isTold ? min(most, 100 + random() * 200) : pause(most));
      const callbacks = this.#byName.get(name) ?? new Set();
      const wake = () => {
        clearTimeout(timer);
        callbacks.delete(wake);
        if (callbacks.size === 0) this.#byName.delete(name);
        resolve();
      };
      callbacks.add(wake);
      this.#byName.set(name, callbacks);
    });
  }

  wake(name: string): void {
    for (const wake of [...(this.#byName.get(name) ?? [])]) wake();
  }
}

/** The milliseconds after which one that waits looks again: random ones, so that not all look at once. */
export function pause(most: number): number {
  return min(most, 5 + random() * 20);
}
