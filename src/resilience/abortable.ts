import { reasonOf } from '../definition/caller-signal.js';
import { bare } from '../platform.js';

/** Promises with several waiting callers, each of which can stop waiting by its own signal. */

/**
 * Returns a promise that follows another until a signal aborts. On abort it rejects with the signal's reason and calls
 * `leave`. After that, neither the promise nor the signal keeps the waiting caller alive.
 */
export function abortable(promise: Promise<unknown>, signal: AbortSignal, leave: () => void): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const waiters = waitersOf(promise);
    const abort = () => {
      waiters.delete(waiter);
      reject(reasonOf(signal));
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

/** The waiting callers of each promise. The promise has one reaction that settles all of them. */
const waiting = /* @__PURE__ */ new WeakMap<Promise<unknown>, Set<Waiter>>();

function waitersOf(promise: Promise<unknown>): Set<Waiter> {
  const known = waiting.get(promise);
  if (known !== undefined) return known;
  const waiters = new Set<Waiter>();
  waiting.set(promise, waiters);
  const settle = (answer: (waiter: Waiter) => void) => {
    // A caller that begins to wait from now on gets a new set and a new reaction.
    waiting.delete(promise);
    for (const waiter of waiters) {
      waiter.stop();
      answer(waiter);
    }
  };
  promise.then(
    (value) => settle(({ resolve }) => resolve(value)),
    (error) => settle(({ reject }) => reject(error)),
  );
  return waiters;
}

/**
 * The only listener of a signal. It calls back for every caller that waits, because Node warns about more than ten
 * listeners.
 */
class AbortListener {
  readonly #signal: AbortSignal;
  readonly #callbacks = new Set<() => void>();
  readonly #abort = () => {
    listeners.delete(this.#signal);
    for (const call of this.#callbacks) call();
  };

  constructor(signal: AbortSignal) {
    this.#signal = signal;
    listeners.set(signal, this);
    signal.addEventListener('abort', this.#abort, bare({ once: true }));
  }

  /** A listener of another signal. */
  of(signal: AbortSignal): AbortListener {
    return new AbortListener(signal);
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

const listeners = /* @__PURE__ */ new WeakMap<AbortSignal, AbortListener>();

/**
 * A listener of a signal that never aborts. It keeps one listener and one signal alive for ever: a garbage collection that
 * finds none alive drops their hidden class, and with it all machine code that was optimized for it.
 */
let lasting: AbortListener | undefined;

/** Calls back when a signal aborts. Returns a function that cancels this. */
function onAbort(signal: AbortSignal, callback: () => void): () => void {
  lasting ??= new AbortListener(new AbortController().signal);
  const listener = listeners.get(signal) ?? lasting.of(signal);
  listener.add(callback);
  return () => listener.remove(callback);
}
