import type { CallStats } from './counters.js';
import type { Definition } from './definition.js';
import type { Receivers } from './receivers.js';

/** The registry: the definitions that are alive. Holds them weakly, so that a class can be collected. */

/** What `caches` tells of one decorated method or memoized function. */
export interface CacheDefinition {
  /** `Class.method`, the function's name, or the `name` of its options. */
  readonly name: string;
  /** What has happened to the calls of all its receivers, dead ones included. */
  stats(): CallStats;
  /** Empties the caches of all its receivers; loads in flight are stored nowhere. O(1). */
  clear(): void;
}

/** Every decorated method and memoized function that is alive, in the order of their definition. */
export function caches(): CacheDefinition[] {
  return [...definitions].flatMap((reference) => reference.deref() ?? []);
}

/** Empties every cache of every definition; loads in flight are stored nowhere. O(definitions). */
export function clearAll(): void {
  for (const definition of caches()) definition.clear();
}

/** Registers what `wrapper` is the memoized form of. */
export function register(wrapper: object, receivers: Receivers): void {
  const reference = new WeakRef(receivers.definition);
  definitions.add(reference);
  collected.register(receivers.definition, reference);
  receiversOf.set(wrapper, receivers);
}

/** Has a function that stands before a wrapper be found as the wrapper is; before any other it changes nothing. */
export function registerBefore(wrapper: object, standIn: object): void {
  const receivers = registered(wrapper);
  if (receivers !== undefined) receiversOf.set(standIn, receivers);
}

/** The receivers of a wrapper, or `undefined` when it is none. */
export function registered(wrapper: unknown): Receivers | undefined {
  return receiversOf.get(wrapper as object);
}

/** Whose a member is, and the member, by its name or as itself. */
export type Membership = readonly [receiver: object, member: unknown];

/** Registers who tells the members of a proxy, as its prototypes know of none. */
export function registerMembers(proxy: object, find: (member: unknown) => Membership): void {
  membersOf.set(proxy, find);
}

/** Whose a member of `receiver` is: its own, unless it is a proxy that says otherwise. */
export function memberOf(receiver: object, member: unknown): Membership {
  return membersOf.get(receiver)?.(member) ?? [receiver, member];
}

const membersOf = /* @__PURE__ */ new WeakMap<object, (member: unknown) => Membership>();
const definitions = /* @__PURE__ */ new Set<WeakRef<Definition>>();
const receiversOf = /* @__PURE__ */ new WeakMap<object, Receivers>();
const collected = /* @__PURE__ */ new FinalizationRegistry<WeakRef<Definition>>((reference) => {
  definitions.delete(reference);
});
