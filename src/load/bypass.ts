import type { ReceiverCache } from '../cache/receiver-cache.js';
import { argumentForBatch } from '../definition/caller-signal.js';
import { isPromise, nativePromise } from '../promise.js';
import { running } from './load-context.js';

/**
 * A call that the option `bypass` or `disableCaching` sends past the cache: it runs the method with its arguments as they are. Nothing is read,
 * stored or shared, and no listener is told. The method runs for no load, so it has no load context.
 */
export function runBeside(cache: ReceiverCache, receiver: unknown, args: readonly unknown[]): unknown {
  const { method, options } = cache.definition;
  const { many, signal } = options;
  cache.count('bypassed');
  // The batch takes the argument alone.
  const given = many === undefined || signal === undefined ? args : argumentForBatch(signal, receiver, args);
  const { cache: outerCache, load: outer } = running;
  running.cache = undefined;
  running.load = undefined;
  try {
    const result: unknown = method.apply(receiver, given as unknown[]);
    return isPromise(result) ? nativePromise(result) : result;
  } finally {
    running.cache = outerCache;
    running.load = outer;
  }
}
