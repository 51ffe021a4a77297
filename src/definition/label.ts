import { peek } from '../platform.js';

/**
 * Computes the name of a definition that has no `name` option. It gets the class or prototype of the first receiver,
 * once known.
 */
export type Label = (receiverClass: object | undefined) => string;

/**
 * Returns the label of a member: `Class.member`, if the owner is the class, its prototype or an instance; otherwise the
 * member's name alone.
 */
export function memberLabel(owner: object | undefined, name: PropertyKey): string {
  const made: unknown = typeof owner === 'object' ? peek(owner, 'constructor') : owner;
  const className = typeof made === 'function' ? peek(made, 'name') : undefined;
  return typeof className === 'string' && className !== '' ? `${className}.${String(name)}` : String(name);
}
