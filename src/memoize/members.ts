/** The members of an object: what is found under a name, and whose that is. */

/**
 * The first thing that `pick` makes of a member of a name: of what each object along the prototype chain has under it,
 * its getter where it has one. Calls no member.
 */
export function pickMember<T extends object>(
  target: object,
  name: PropertyKey,
  pick: (member: unknown, owner: object) => T | false | undefined,
): T | undefined {
  for (let owner = target; owner; owner = Object.getPrototypeOf(owner)) {
    const descriptor = Object.getOwnPropertyDescriptor(owner, name);
    const picked = pick(descriptor?.get ?? descriptor?.value, owner);
    if (picked) return picked;
  }
  return undefined;
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
