/** Those who wait for a promise, each until a signal of its own aborts. */

/** Waits for a promise until a signal aborts: rejects with its reason then, and calls `leave`. What has left is held by nothing. */
export function abortable(promise: Promise<unknown>, signal: AbortSignal, leave: () => void): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const waiters = waitersOf(promise);
    const abort = () => {
      waiters.delete(waiter);
      reject(signal.reason);
      leave();
    };
    const waiter: Waiter = { resolve, reject, stop: () => {} };
    waiters.add(waiter);
    if (signal.aborted) abort();
    else waiter.stop = onAbort(signal, abort);
  });
}

interface Waiter {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
  /** Stops listening to the signal. */
  stop: () => void;
}

/** Who waits for each promise, which has one reaction for all of them. */
const waiting = /* @__PURE__ */ new WeakMap<Promise<unknown>, Set<Waiter>>();

function waitersOf(promise: Promise<unknown>): Set<Waiter> {
  const known = waiting.get(promise);
  if (known !== undefined) return known;
  const waiters = new Set<Waiter>();
  waiting.set(promise, waiters);
  const settle = (how: (waiter: Waiter) => void) => {
    // Whoever comes now is not among them any more.
    waiting.delete(promise);
    for (const waiter of waiters) {
      waiter.stop();
      how(waiter);
    }
  };
  promise.then(
    (value) => settle(({ resolve }) => resolve(value)),
    (error) => settle(({ reject }) => reject(error)),
  );
  return waiters;
}

/** What is called when a signal aborts: one listener for all who wait, as Node warns of eleven. */
class Listener {
  readonly #signal: AbortSignal;
  readonly #callbacks = new Set<() => void>();
  readonly #abort = () => {
    listeners.delete(this.#signal);
    for (const call of this.#callbacks) call();
  };

  constructor(signal: AbortSignal) {
    this.#signal = signal;
    listeners.set(signal, this);
    signal.addEventListener('abort', this.#abort, { once: true });
  }

  add(callback: () => void): void {
    this.#callbacks.add(callback);
  }

  remove(callback: () => void): void {
    this.#callbacks.delete(callback);
    if (this.#callbacks.size > 0) return;
    listeners.delete(this.#signal);
    this.#signal.removeEventListener('abort', this.#abort);
  }
}

const listeners = /* @__PURE__ */ new WeakMap<AbortSignal, Listener>();

/** Calls back when a signal aborts. Returns what prevents it. */
function onAbort(signal: AbortSignal, callback: () => void): () => void {
  const listener = listeners.get(signal) ?? new Listener(signal);
  listener.add(callback);
  return () => listener.remove(callback);
}
