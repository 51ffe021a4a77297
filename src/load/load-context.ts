import type { PlatformSignal } from '../definition/caller-signal.js';
import type { CallKey } from '../key/call-key.js';

/** What is known of the method that is on the stack. It is assigned to, not called, as deep recursion goes through here. */
export const running: {
  /** The load that the method runs for, if it can be aborted or its failure can be remembered for a key of a batch. */
  load:
    | {
        readonly signal: AbortSignal;
        readonly since: number;
        readonly isSettled: boolean;
        isInBatchResults: boolean;
      }
    | undefined;
  /** The key of the call, where the method is a batched one. */
  key: CallKey;
} = { load: undefined, key: undefined };

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
  return running.load?.signal;
}
