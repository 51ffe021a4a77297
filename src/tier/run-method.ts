import type { CallLoad } from '../cache/call-load.js';
import type { ReceiverCache } from '../cache/receiver-cache.js';
import { running } from '../load/load-context.js';

/** Runs the method for a load, which may be later than the load began. */
export function runMethod(cache: ReceiverCache, load: CallLoad, receiver: unknown, args: readonly unknown[]): unknown {
  const outer = { ...running };
  running.cache = cache;
  running.load = load;
  running.key = load.key;
  try {
    return cache.definition.method.apply(receiver, args as unknown[]);
  } finally {
    running.cache = outer.cache;
    running.load = outer.load;
    running.key = outer.key;
  }
}
