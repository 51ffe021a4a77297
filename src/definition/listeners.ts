import { type CallKey, publicKeyOf } from '../key/call-key.js';
import type { EvictionCause } from '../lru/options.js';
import type { CachedOptions } from './options.js';

/** The listeners of one definition, with the events that each is given. What they throw is their caller's business. */
export class Listeners {
  readonly #on: NonNullable<CachedOptions['on']>;

  constructor(on: NonNullable<CachedOptions['on']>) {
    this.#on = on;
  }

  /** Whether somebody hears of how runs end. */
  get hearEnds(): boolean {
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
   * Tells of what no caller waits for. What is thrown goes to `on.error`; what that throws, or anything where there is
   * none, is an uncaught error, as of other listeners that nobody waits for.
   */
  notifyDetached(key: CallKey, args: readonly unknown[], tellings: readonly (() => void)[]): void {
    for (const tell of tellings) {
      try {
        this.#notifyDetached(key, args, tell);
      } catch (error) {
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }

  #notifyDetached(key: CallKey, args: readonly unknown[], tell: () => void): void {
    try {
      tell();
    } catch (error) {
      if (this.#on.error === undefined) throw error;
      this.error(key, args, error);
    }
  }
}
