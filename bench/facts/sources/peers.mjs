/**
 * A peer of sources: a library that stands in front of a source, set up as its own documents say, with its best feature
 * for what a case wants. Where it takes a cache of the user's, that is an lru-cache.
 *
 * - `name`, and `package` where that is another.
 * - `ttl`: the milliseconds that entries shall live in a case, where it counts in larger units.
 * - `open(wanted)`: a cache for several functions: `source(name, load, wanted)`, `invalidate(tag)`, `clear()`,
 *   `many(name, batch)`. A source has `get(id, signal)`, `delete(id)`, `stats()`, `refresh(id)`, `expire(id)`,
 *   `status(id)` and `bypass(id)`. Options are in memokit's words; `ttlOf(result)` is for a load that chooses its ttl,
 *   `isOutage(error)` for errors that an old value stands in for. With `revalidate`, a load is given `{ previous, keep }`
 *   after the signal.
 * - `users()`: an object whose methods are decorated, see `users.mjs`.
 * - `proxy(object, method)`: a proxy of it that caches the method.
 * - `lacks`: what it does not offer, each with the reason.
 * - `reads`: findings that were read in its source, by the title of the case.
 */
import { asyncCacheDedupe } from './peers/async-cache-dedupe.mjs';
import { bentocache } from './peers/bentocache.mjs';
import { cacheManager } from './peers/cache-manager.mjs';
import { cacheable } from './peers/cacheable.mjs';
import { cachified } from './peers/cachified.mjs';
import { dataloader } from './peers/dataloader.mjs';
import { lruCache } from './peers/lru-cache.mjs';
import { memoizee } from './peers/memoizee.mjs';
import { memokit } from './peers/memokit.mjs';
import { microMemoize } from './peers/micro-memoize.mjs';
import { moize } from './peers/moize.mjs';
import { pMemoize } from './peers/p-memoize.mjs';
import { ttlcache } from './peers/ttlcache.mjs';
import { typeCacheable } from './peers/type-cacheable.mjs';
import { typescriptMemoize } from './peers/typescript-memoize.mjs';

export const peers = [
  memokit,
  bentocache,
  asyncCacheDedupe,
  cachified,
  lruCache,
  cacheable,
  cacheManager,
  memoizee,
  moize,
  microMemoize,
  pMemoize,
  typescriptMemoize,
  typeCacheable,
  dataloader,
  ttlcache,
];
