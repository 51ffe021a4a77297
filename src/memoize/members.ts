import { descriptorOf, prototypeOf } from '../platform.js';
import { shared } from '../shared-registry.js';

/** The members of an object, and the receiver that owns each of them. */

/**
 * Walks the prototype chain and calls `pick` with each member of a name, or with its getter if it has one. Returns the
 * first result of `pick` that is not false or `undefined`. Does not call any member.
 */
export function pickMember<T extends object>(
  target: object,
  name: PropertyKey,
  pick: (member: unknown, owner: object) => T | false | undefined,
): T | undefined {
  for (let owner = target; owner; owner = prototypeOf(owner)) {
    const descriptor = descriptorOf(owner, name);
    const picked = pick(descriptor?.get ?? descriptor?.value, owner);
    if (picked) return picked;
  }
  return undefined;
}

/** The receiver that owns a member, and the member, given by its name or itself. */
export type Membership = readonly [receiver: object, member: unknown];

/** Registers the function that finds the members of a proxy, because its prototype chain does not have them. */
export function registerMembers(proxy: object, find: (member: unknown) => Membership): void {
  shared.proxies.set(proxy, find);
}

/** Finds the owner of a member of `receiver`: `receiver` itself, unless it is a proxy with a registered function. */
export function memberOf(receiver: object, member: unknown): Membership {
  return shared.proxies.get(receiver)?.(member) ?? [receiver, member];
}
