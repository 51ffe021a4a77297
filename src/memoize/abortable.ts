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

/** What to call when each signal aborts. One listener for all of them, as Node warns of eleven. */
const listeners = /* @__PURE__ */ new WeakMap<AbortSignal, Set<() => void>>();

/** Calls back when a signal aborts. Returns what prevents it. */
function onAbort(signal: AbortSignal, callback: () => void): () => void {
  const callbacks = listeners.get(signal) ?? new Set();
  if (callbacks.size === 0) {
    listeners.set(signal, callbacks);
    signal.addEventListener('abort', abort);
  }
  callbacks.add(callback);
  function abort(): void {
    for (const call of [...callbacks]) call();
    callbacks.clear();
  }
  return () => {
    if (callbacks.delete(callback) && callbacks.size === 0) {
      listeners.delete(signal);
      signal.removeEventListener('abort', abort);
    }
  };
}
