import type { BatchedDefinition } from '../definition/batched-definition.js';
import type { Definition } from '../definition/definition.js';
import type { Fn } from '../definition/function.js';
import type { Many } from '../definition/options.js';
import type { Loader } from '../load/loader.js';

/**
 * The features that an entry point ships beyond plain caching. They are handed in, so that `memoize` imports none of
 * them.
 */
export interface Features {
  /** Makes the loader of a definition with options for a source that may be slow, fail or hang. */
  readonly resilience: (definition: Definition) => Loader;
  /** Makes the function that runs in place of a method with the option `many`. */
  readonly batching: (many: Many, definition: BatchedDefinition) => Fn;
}
