import type { Definition } from '../definition/definition.js';
import type { Fn } from '../definition/function.js';
import type { Many } from '../definition/options.js';
import type { Loader } from '../load/loader.js';

/** The features that an entry point ships beyond plain caching. They are handed in, so that `memoize` imports none of them. */
export interface Features {
  /** The loader of definitions whose source may be slow, fail or hang. */
  readonly resilience: (definition: Definition) => Loader;
  /**
   * The function that runs in place of a method with the option `many`. `name` says in errors whose calls these are;
   * `methodOf` gives the method behind a memoized function.
   */
  readonly batching: (many: Many, name: () => string, methodOf: (fn: unknown) => Fn | undefined) => Fn;
}
