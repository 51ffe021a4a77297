import { descriptorOf, peek } from '../platform.js';
import type { Receivers as OwnReceivers } from './receivers.js';
import { liveDefinitions, type Receivers, receiversOf, receiversOfMember } from './registry.js';

/**
 * The cached members whose class the compiler did not tell, as in the standard dialect. A decorator, a spy or a library
 * may have put a function of its own in the place of such a member. The class of its first receiver tells where it was.
 * Only members that this copy of memokit has made are found.
 */
const unplaced = /* @__PURE__ */ new WeakMap<object, readonly [name: PropertyKey, receivers: OwnReceivers]>();

/** Registers a wrapper whose class is not known. */
export function registerUnplaced(name: PropertyKey, wrapper: object): void {
  const receivers = receiversOf(wrapper) as OwnReceivers;
  unplaced.set(receivers.definition, [name, receivers]);
}

/**
 * Returns the receivers of the cached members of a name that something at an owner may hide, latest first. They are
 * `null` for each member that was never called, which may be of any class.
 */
export function hiddenAt(owner: object, name: PropertyKey): (Receivers | null)[] {
  const found = liveDefinitions().flatMap((definition) => {
    const [key, receivers] = unplaced.get(definition) ?? [];
    const belongs = key === name ? receivers?.definition.mayBelongTo(owner) : false;
    return belongs === false ? [] : belongs ? receivers! : null;
  });
  return found.reverse();
}

/** Returns the receivers of a class's cached member by the metadata of the class, where the compiler has made any. */
export function receiversByMetadata(prototype: object, name: PropertyKey): Receivers | undefined {
  const made = peek(prototype, 'constructor');
  const metadata: symbol = descriptorOf(Symbol, 'metadata')?.value ?? Symbol.for('Symbol.metadata');
  return typeof made === 'function' && made.prototype === prototype
    ? receiversOfMember(peek(made, metadata) as object, name, undefined)
    : undefined;
}
