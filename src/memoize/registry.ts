import type { Definition } from '../definition/definition.js';
import type { CallStats } from '../definition/stats.js';
import { create, living, type Reference, referenceTo, whenCollected } from '../platform.js';
import { type SharedDefinition, shared } from '../shared-registry.js';
import type { Receivers as OwnReceivers } from './receivers.js';

/**
 * The registry of all live definitions. It holds them weakly, so that a class can be collected, if the platform has weak
 * references; otherwise for ever.
 */

/** The receivers of a definition that any copy of memokit has made. They have no other members for this copy. */
export type Receivers = Pick<OwnReceivers, 'sharing' | 'cacheOf'> & {
  readonly definition: Pick<Definition, 'name' | 'method'>;
};

/** A description of one decorated method or memoized function, as `caches` returns it. */
export interface CacheDefinition {
  /** The option `name`; without it, `Class.method` or the function's name. */
  readonly name: string;
  /** The counts of all calls on all its receivers, including receivers that were collected. */
  stats(): CallStats;
  /**
   * Empties the caches of all its receivers. Callers of loads in flight still get their results, but these are not stored.
   * A cache that all receivers share releases its results at once, in O(entries). A cache of one instance or class releases
   * them when it is next used or collected, because there is no list of instances. Listeners are called when the cache is
   * next used.
   */
  clear(): void;
}

/** Lists all live decorated methods and memoized functions, in the order of their definition. O(definitions). */
export function caches(): CacheDefinition[] {
  return liveDefinitions().map((definition) => new ListedDefinition(definition));
}

/** Empties every cache of every definition, like `CacheDefinition.clear`. O(definitions + entries of shared caches). */
export function clearAll(): void {
  for (const definition of liveDefinitions()) definition.clear();
}

/** Registers a wrapper with the receivers of its definition. */
export function register(wrapper: object, receivers: OwnReceivers): void {
  const reference = referenceTo(receivers.definition);
  shared.definitions.add(reference);
  collected.register(receivers.definition, reference);
  shared.wrappers.set(wrapper, receivers);
}

/** Registers a function around a wrapper under the wrapper's receivers. Does nothing if `wrapper` is not registered. */
export function registerBefore(wrapper: object, outer: object): void {
  const receivers = receiversOf(wrapper);
  if (receivers !== undefined) shared.wrappers.set(outer, receivers);
}

/** Returns the receivers of a wrapper, or `undefined` if the value is not a registered wrapper. */
export function receiversOf(wrapper: unknown): Receivers | undefined {
  return shared.wrappers.get(wrapper as object) as Receivers | undefined;
}

/**
 * Registers the receivers of a wrapper for a member of a class too. The class is given as the prototype or, for a static
 * member, the constructor. A decorator that replaces the wrapper later does not hide it then.
 */
export function registerMember(owner: object, name: PropertyKey, wrapper: object): void {
  let named = shared.members.get(owner);
  if (named === undefined) {
    named = create(null) as Record<PropertyKey, Receivers>;
    shared.members.set(owner, named);
  }
  named[name] = receiversOf(wrapper)!;
}

/** Returns the receivers of a class's own member, given what the class has under its name now; or `undefined`. */
export function receiversOfMember(owner: object, name: PropertyKey, member: unknown): Receivers | undefined {
  return receiversOf(member) ?? (shared.members.get(owner)?.[name] as Receivers | undefined);
}

/** Returns all live definitions, in the order of their definition. */
export function liveDefinitions(): SharedDefinition[] {
  return living(shared.definitions);
}

/** The public view of a definition. */
class ListedDefinition implements CacheDefinition {
  readonly #definition: SharedDefinition;

  constructor(definition: SharedDefinition) {
    this.#definition = definition;
  }

  get name(): string {
    return this.#definition.name;
  }

  stats(): CallStats {
    return this.#definition.stats() as CallStats;
  }

  clear(): void {
    this.#definition.clear();
  }

  /** The value that Node's `util.inspect`, and so `console.log`, shows for it. */
  [Symbol.for('nodejs.util.inspect.custom')](): object {
    return { name: this.name, stats: this.stats() };
  }
}

const collected = /* @__PURE__ */ whenCollected<Reference<Definition>>((reference) => {
  shared.definitions.delete(reference);
});
