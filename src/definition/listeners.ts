import { rethrow } from '../call-all.js';
import { type CallKey, publicKeyOf } from '../key/call-key.js';
import type { EvictionCause } from '../lru/options.js';
import { isPromise, nativePromise } from '../promise.js';
import { shared } from '../shared-registry.js';
import type { CachedOptions } from './options.js';

/** The listeners of one definition. Each method builds the event and calls the listener; it does not catch errors. */
export class Listeners {
  readonly #on: NonNullable<CachedOptions['on']>;
  readonly #shownOf: (answer: unknown) => unknown;

  /** @param shownOf Returns what a listener is given of an answer. */
  constructor(on: NonNullable<CachedOptions['on']>, shownOf: (answer: unknown) => unknown) {
    this.#on = on;
    this.#shownOf = shownOf;
  }

  /** Whether a listener may have to be called when a load ends: `evict` or `error`. */
  get hasLoadEndListener(): boolean {
    return (this.#on.evict ?? this.#on.error ?? shared.observer?.evicted) !== undefined;
  }

  hit(key: CallKey, args: readonly unknown[], value: unknown): void {
    const { hit } = this.#on;
    if (hit !== undefined)
      this.watch(hit({ key: publicKeyOf(key), args: args as unknown[], value: this.#shownOf(value) }), key, args);
  }

  miss(key: CallKey, args: readonly unknown[], value: unknown): void {
    const { miss } = this.#on;
    if (miss !== undefined)
      this.watch(miss({ key: publicKeyOf(key), args: args as unknown[], value: this.#shownOf(value) }), key, args);
  }

  evict(key: CallKey, value: unknown, cause: EvictionCause): void {
    const { evict } = this.#on;
    if (evict !== undefined) this.watch(evict({ key: publicKeyOf(key), value: this.#shownOf(value), cause }), key, []);
  }

  error(key: CallKey, args: readonly unknown[], error: unknown): void {
    this.#on.error?.({ key: publicKeyOf(key), args: args as unknown[], error });
  }

  /** An async listener, or an async `waitUntil`, may reject when no caller waits for it any more. Its error goes where a detached one goes. */
  watch(returned: unknown, key: CallKey, args: readonly unknown[]): void {
    if (!isPromise(returned)) return;
    nativePromise(returned).catch((error) => {
      this.notifyDetached(key, args, [rethrow(error)]);
    });
  }

  /**
   * Calls notifications for which no caller waits. An error that one throws goes to `on.error`. If there is no
   * `on.error`, or if it throws too, the error becomes an uncaught exception.
   */
  notifyDetached(key: CallKey, args: readonly unknown[], notifications: readonly (() => void)[]): void {
    for (const notification of notifications) {
      try {
        this.#notifyDetached(key, args, notification);
      } catch (error) {
        queueMicrotask(rethrow(error));
      }
    }
  }

  #notifyDetached(key: CallKey, args: readonly unknown[], notification: () => void): void {
    try {
      notification();
    } catch (error) {
      if (this.#on.error === undefined) throw error;
      this.error(key, args, error);
    }
  }
}
