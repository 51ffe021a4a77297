/** The label of a member: `Class.member` by its class, or by the prototype or an instance of that; else its name alone. */
export function memberLabel(owner: object | undefined, name: PropertyKey): string {
  const made: unknown = typeof owner === 'function' ? owner.name : owner?.constructor?.name;
  return typeof made === 'string' && made !== '' ? `${made}.${String(name)}` : String(name);
}
