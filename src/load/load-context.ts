import { CallLoad, type Decisions, type Kept } from '../cache/call-load.js';
import { agesOf, recordOf } from '../cache/inspection.js';
import type { ReceiverCache } from '../cache/receiver-cache.js';
import type { PlatformSignal } from '../definition/caller-signal.js';
import { ArgumentError, LoadContextError, mismatch } from '../errors.js';
import type { CallKey } from '../key/call-key.js';
import { type Duration, millisecondsOf } from '../time/duration.js';

/** What is known of the method that is on the stack. It is assigned to, not called, as deep recursion goes through here. */
export const running: {
  /** The cache that the method runs for; `undefined` where it runs for none. */
  cache: ReceiverCache | undefined;
  /** Its load; `undefined` for one that runs alone, until the method asks for its context. */
  load: CallLoad | undefined;
  /** The key of the call, where the method is a batched one. */
  key: CallKey;
} = { cache: undefined, load: undefined, key: undefined };

/**
 * The signal of the load that the calling method is run for: aborted when nobody waits for the result any more, or when
 * its `timeout` has passed. `undefined` outside of a load, in one that has neither `signal` nor `timeout`, and in a batch,
 * which is run for many. To be read before the first `await` of the method, as nothing tells afterwards which load it
 * belongs to.
 *
 * @example
 * class Documents {
 *   @cached({ signal: (url: string, signal?: AbortSignal) => signal })
 *   async get(url: string, signal?: AbortSignal) {
 *     return (await fetch(url, { signal: loadSignal() })).json();
 *   }
 * }
 */
export function loadSignal(): PlatformSignal | undefined {
  const { cache, load } = running;
  return cache !== undefined && hasSignal(cache) ? load?.signal : undefined;
}

/** What a method may know of the load that it runs for, and decide about its result. */
export interface LoadContext<R = unknown> {
  /**
   * The value that this load is to replace, with its age in milliseconds: a fresh one, which `refresh` or `refreshAhead`
   * replaces, or one past its `ttl` that `revalidate` or a stale option has kept. For an async method it is the awaited
   * value. `undefined` if there is none, and for a promise that was stored before the method first asked for its context.
   */
  readonly previous: { readonly value: R; readonly age: number } | undefined;
  /** Whether the load runs in the background, so that no caller waits for it as it begins. */
  readonly isBackground: boolean;
  /** What `loadSignal()` gives. */
  readonly signal: PlatformSignal | undefined;
  /**
   * Says that nothing has changed, such as after a source's answer 304. Gives `previous.value`, which the method returns:
   * it lives on as the stored value, with a new ttl and the tags that it has.
   *
   * @throws LoadContextError when there is no previous value, or when the load has ended.
   */
  keep(): R;
  /**
   * Sets the ttl of this result, in place of what the option `ttl` says. 0 does not store it; `Infinity` sets no end.
   *
   * @throws ArgumentError when it is no duration. LoadContextError when the load has ended.
   */
  ttl(duration: Duration): void;
  /**
   * Adds tags to this result, beside those of the option `tags`.
   *
   * @throws ArgumentError when one is not a string. LoadContextError when the load has ended.
   */
  tags(...tags: readonly string[]): void;
}

/**
 * The context of the load that the calling method is run for: what it replaces, and what the source says about the
 * result. `undefined` outside of a load, and in a batch, which is run for many. To be read before the first `await` of
 * the method, as nothing tells afterwards which load it belongs to; what was read can be used until the load ends.
 *
 * @example
 * class Pages {
 *   @cached({ ttl: 60_000, revalidate: 3_600_000 })
 *   async get(url: string) {
 *     const context = loadContext<Page>();
 *     const response = await fetch(url, { headers: { 'if-none-match': context?.previous?.value.etag ?? '' } });
 *     return response.status === 304 ? context!.keep() : pageOf(response);
 *   }
 * }
 */
export function loadContext<R = unknown>(): LoadContext<R> | undefined {
  const { cache } = running;
  if (cache === undefined) return undefined;
  const { definition } = cache;
  definition.record();
  // Somebody may invalidate a tag of this result before the method says that it has the tag.
  definition.isTagged = true;
  running.load ??= new CallLoad(cache.running, cache.now());
  const { load } = running;
  load.decisions ??= { ttl: undefined, tags: [], kept: undefined, isTooLate: false };
  return new Context(cache, load, load.decisions) as LoadContext<any>;
}

class Context implements LoadContext {
  readonly previous: LoadContext['previous'];
  readonly isBackground: boolean;
  readonly #name: string;
  readonly #load: CallLoad;
  readonly #hasSignal: boolean;
  readonly #decisions: Decisions;
  readonly #kept: Kept | undefined;

  constructor(cache: ReceiverCache, load: CallLoad, decisions: Decisions) {
    const { key, origin } = load;
    this.isBackground = origin === 'background';
    this.#name = cache.definition.name;
    this.#load = load;
    this.#hasSignal = hasSignal(cache);
    this.#decisions = decisions;
    cache.clearIfOutdated();
    const record = recordOf(cache, key);
    if (record === undefined) return;
    const { value } = record;
    const result = cache.definition.copyOf(record.result);
    this.previous = { value: result, age: agesOf(cache, key).age };
    this.#kept = { value, result, stored: record.result, tags: cache.extras.tags?.tagsOf(key) ?? [] };
  }

  get signal(): PlatformSignal | undefined {
    return this.#hasSignal ? this.#load.signal : undefined;
  }

  // The next three can be taken out of the object, as in `const { keep } = loadContext()!`.

  readonly keep = (): unknown => {
    this.#requireRunning('keep');
    if (this.#kept === undefined) throw new LoadContextError(`keep of ${this.#name}: there is no previous value`);
    this.#decisions.kept = this.#kept;
    return this.#kept.result;
  };

  readonly ttl = (duration: Duration): void => {
    this.#requireRunning('ttl');
    const time = millisecondsOf(duration);
    if (!(time >= 0)) {
      throw new ArgumentError(mismatch('ttl', "a number from 0, or a text such as '90s'", duration));
    }
    this.#decisions.ttl = time;
  };

  readonly tags = (...tags: readonly string[]): void => {
    this.#requireRunning('tags');
    for (const tag of tags) if (typeof tag !== 'string') throw new ArgumentError(mismatch('tag', 'a string', tag));
    this.#decisions.tags = [...this.#decisions.tags, ...tags];
  };

  #requireRunning(method: string): void {
    if (this.#decisions.isTooLate) throw new LoadContextError(`${method} of ${this.#name}: the load has ended`);
  }
}

/** Whether the loads of a cache can be aborted. */
function hasSignal({ definition }: ReceiverCache): boolean {
  return definition.options.signal !== undefined || definition.options.timeout < Infinity;
}
