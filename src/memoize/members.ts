/**
 * The members of a name: what each object along the prototype chain has under it, its getter where it has one.
 * Returns the first thing that `pick` makes of one; calls no member.
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
