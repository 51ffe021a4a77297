import { CallLoad } from '../cache/call-load.js';
import { beginLoad, fenceLoad } from '../cache/loads-in-flight.js';
import type { ReceiverCache } from '../cache/receiver-cache.js';
import { rethrow, throwAfter } from '../call-all.js';
import type { CallKey } from '../key/call-key.js';
import { resolved } from '../platform.js';
import { dropContext, isPromise, nativePromise } from '../promise.js';
import { refresh } from '../time/clock.js';
import { awaitLoad } from './await-load.js';
import { deepFreeze } from './freeze.js';
import { refuseOneShot } from './one-shot.js';
import { forgetFailure, storeEntry } from './store-entry.js';

/** Stores a value as if a call had loaded it. A promise is stored once it is fulfilled, and given to callers until then. */
export function put(cache: ReceiverCache, key: CallKey, args: readonly unknown[], value: unknown): void {
  const { definition } = cache;
  if (definition.isResilient) forgetFailure(cache, key);
  cache.clearIfOutdated();
  cache.countChange();
  if (isPromise(value)) {
    cache.entries.remove(key, 'replaced');
    fenceLoad(cache, key);
    definition.source?.ended(cache, [key], false);
    // The promise is not a load of the method, so `timeout` does not bound it.
    const load = new CallLoad(key, Infinity);
    beginLoad(cache, load);
    const given = nativePromise(value);
    const tell = (...events: (() => void)[]) => definition.listeners.notifyDetached(key, args, events);
    awaitLoad(cache, load, args, definition.copyOf(given) as PromiseLike<unknown>, false).then(
      () => tell(...load.pendingEvents),
      // The promise's own error reaches callers that join; otherwise it is the business of whoever made the promise. What an
      // option throws about its value is not.
      (error) =>
        given.then(
          () => tell(rethrow(error)),
          () => {},
        ),
    );
  } else {
    storeGiven(cache, key, args, value);
  }
  cache.flushEvictions();
}

/** Stores a value that the source has now, and that is no promise. Where it cannot be stored, `evict` ends the older one. */
export function replace(
  cache: ReceiverCache,
  key: CallKey,
  args: readonly unknown[],
  value: unknown,
  evict: () => void,
): void {
  cache.clearIfOutdated();
  cache.countChange();
  try {
    storeGiven(cache, key, args, value);
  } catch (error) {
    throwAfter(evict, error);
  }
  cache.flushEvictions();
}

/** Stores a value that no load has given, and fences the load of its key. */
function storeGiven(cache: ReceiverCache, key: CallKey, args: readonly unknown[], given: unknown): void {
  const { definition } = cache;
  refuseOneShot(given, definition);
  const value = definition.copyOf(given);
  if (definition.options.freeze) deepFreeze(value);
  const stored = definition.promises ? resolved(value) : value;
  if (definition.promises) dropContext(stored);
  refresh();
  const [ttl, tags] = [definition.ttlOf(value, args), definition.tagsOf(value, args)];
  storeEntry(cache, key, stored, value, ttl, tags, definition.weightOf(value, args), true);
  fenceLoad(cache, key);
  definition.source?.put(cache, key, value, ttl, tags);
}
