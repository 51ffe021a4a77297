import type { Definition } from '../definition/definition.js';
import type { CallStats } from '../definition/stats.js';
import type { Receivers } from './receivers.js';

/** The registry: the definitions that are alive. Holds them weakly, so that a class can be collected. */

/** What `caches` tells of one decorated method or memoized function. */
export interface CacheDefinition {
  /** `Class.method`, the function's name, or the `name` of its options. */
  readonly name: string;
  /** What has happened to the calls of all its receivers, dead ones included. */
  stats(): CallStats;
  /**
   * Empties the caches of all its receivers; loads in flight are stored nowhere. That of a function lets go of its results at
   * once, in O(entries); that of an instance, of which nobody has a list, when it is next used, or collected. Listeners
   * hear of it when the cache is next used.
   */
  clear(): void;
}

/** Every decorated method and memoized function that is alive, in the order of their definition. */
export function caches(): CacheDefinition[] {
  return living().map((definition) => new Listed(definition));
}

/** Empties every cache of every definition, as their `clear` does. O(definitions), and the entries of functions. */
export function clearAll(): void {
  for (const definition of living()) definition.clear();
}

/** Registers what `wrapper` is the memoized form of. */
export function register(wrapper: object, receivers: Receivers): void {
  const reference = new WeakRef(receivers.definition);
  definitions.add(reference);
  collected.register(receivers.definition, reference);
  wrappers.set(wrapper, receivers);
}

/** Has a function that stands before a wrapper be found as the wrapper is; before any other it changes nothing. */
export function registerBefore(wrapper: object, standIn: object): void {
  const receivers = receiversOf(wrapper);
  if (receivers !== undefined) wrappers.set(standIn, receivers);
}

/** The receivers of a wrapper, or `undefined` when it is none. */
export function receiversOf(wrapper: unknown): Receivers | undefined {
  return wrappers.get(wrapper as object);
}

function living(): Definition[] {
  return [...definitions].flatMap((reference) => reference.deref() ?? []);
}

/** What is shown of a definition. */
class Listed implements CacheDefinition {
  readonly #definition: Definition;

  constructor(definition: Definition) {
    this.#definition = definition;
  }

  get name(): string {
    return this.#definition.name;
  }

  stats(): CallStats {
    return this.#definition.stats();
  }

  clear(): void {
    this.#definition.clear();
  }

  /** What Node's `util.inspect`, and so `console.log`, shows for it. */
  [Symbol.for('nodejs.util.inspect.custom')](): object {
    return { name: this.name, stats: this.stats() };
  }
}

const definitions = /* @__PURE__ */ new Set<WeakRef<Definition>>();
const wrappers = /* @__PURE__ */ new WeakMap<object, Receivers>();
const collected = /* @__PURE__ */ new FinalizationRegistry<WeakRef<Definition>>((reference) => {
  definitions.delete(reference);
});
