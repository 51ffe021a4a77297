import { liveDefinitions } from '../memoize/registry.js';
import { defineProperty } from '../platform.js';
import { testing } from './shared-testing.js';

/** The function that ends a `disableCaching`. It is a disposable too, for `using`. */
export type EnableCaching = (() => void) & Disposer;

/** The method that makes a disposable, where the types of the platform have its name. */
type Disposer<S = SymbolConstructor> = S extends { readonly dispose: symbol }
  ? { readonly [Name in S['dispose']]: () => void }
  : unknown;

/**
 * Disables all caches of the process until the returned function is called. Each call of a cached method or memoized
 * function then runs the method with its arguments: nothing is read, stored or shared, no listener is called, and no
 * option but `many` applies, with a batch for each call. `stats().bypassed` counts these calls. That holds for methods and functions that are defined
 * in the meantime too, and not for an `LruCache`.
 *
 * The entries are kept and answer again afterwards. Whatever evicts or replaces entries, such as `@evicts`, `@puts`,
 * `delete`, `put` and `invalidateTags`, works on the kept ones, so no outdated entry answers afterwards. A load that began
 * before is not joined, and its result is stored. If several calls disable caching, it is enabled again when each of the
 * returned functions was called. A second call of one of them does nothing.
 *
 * @example
 * using _ = disableCaching(); // until the end of the block
 */
export function disableCaching(): EnableCaching {
  let isOver = false;
  const enable = () => {
    if (!isOver) change(-1);
    isOver = true;
  };
  change(1);
  const { dispose } = Symbol as { readonly dispose?: symbol };
  return (dispose ? defineProperty(enable, dispose, { value: enable }) : enable) as EnableCaching;
}

function change(by: number): void {
  testing.disablings += by;
  for (const definition of liveDefinitions()) definition.suspend(testing.disablings > 0);
}
