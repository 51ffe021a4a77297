/**
 * The libraries that docs/migrate.md leads from, in the order of its sections. Each has its own cases, the rows of
 * its table.
 */
import { cacheManager } from './peers/cache-manager.mjs';
import { dataloader } from './peers/dataloader.mjs';
import { lodash } from './peers/lodash.mjs';
import { lruCache } from './peers/lru-cache.mjs';
import { memoize } from './peers/memoize.mjs';
import { memoizee } from './peers/memoizee.mjs';
import { nest } from './peers/nest.mjs';
import { pMemoize } from './peers/p-memoize.mjs';
import { typeCacheable } from './peers/type-cacheable.mjs';
import { typescriptMemoize } from './peers/typescript-memoize.mjs';

export const peers = [
  typescriptMemoize,
  memoizee,
  lruCache,
  memoize,
  pMemoize,
  typeCacheable,
  lodash,
  nest,
  cacheManager,
  dataloader,
].map((peer) => ({ ...peer, lacks: {} }));
