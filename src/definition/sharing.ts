/** How receivers share entries: one set for all of them, one set for each instance or each class, or as a scope says. */
export type Sharing = 'one' | 'instance' | 'class' | Scope;

/**
 * A scope: it decides to whom the entries of a call belong, such as to the request that is being answered. It is given as
 * the option `per`.
 */
export interface Scope {
  /**
   * Returns the object that owns the entries of a call: always the same one as long as they should be found, as they are
   * kept no longer than it is. `undefined`: the call is outside of the scope, and its result is not kept.
   *
   * @param receiver The `this` of the method; `undefined` for a function, whose entries do not depend on it.
   */
  owner(receiver: unknown): object | undefined;
}
