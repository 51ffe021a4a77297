import { type CallKey, publicKeyOf } from '../key/call-key.js';
import type { EvictionCause } from '../lru/options.js';
import type { CachedOptions } from './options.js';

/** The listeners of one definition. Each method builds the event and calls the listener; it does not catch errors. */
export class Listeners {
  readonly #on: NonNullable<CachedOptions['on']>;

  constructor(on: NonNullable<CachedOptions['on']>) {
    this.#on = on;
  }

  /** Whether a listener may have to be called when a load ends: `evict` or `error`. */
  get hasLoadEndListener(): boolean {
    return this.#on.evict !== undefined || this.#on.error !== undefined;
  }

  hit(key: CallKey, args: readonly unknown[], value: unknown): void {
    this.#on.hit?.({ key: publicKeyOf(key), args: args as unknown[], value });
  }

  miss(key: CallKey, args: readonly unknown[], value: unknown): void {
    this.#on.miss?.({ key: publicKeyOf(key), args: args as unknown[], value });
  }

  evict(key: CallKey, value: unknown, cause: EvictionCause): void {
    this.#on.evict?.({ key: publicKeyOf(key), value, cause });
  }

  error(key: CallKey, args: readonly unknown[], error: unknown): void {
    this.#on.error?.({ key: publicKeyOf(key), args: args as unknown[], error });
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
        queueMicrotask(() => {
          throw error;
        });
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
