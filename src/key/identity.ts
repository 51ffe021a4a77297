/** Numbers for what has no value to compare, only an identity: functions, unique symbols, opaque instances. */

/** The number of an object or a unique symbol: the same at each call, and never another's. Holds it weakly. */
export function identityOf(target: object | symbol): number {
  let identity = identities.get(target as object);
  if (identity === undefined) {
    identity = ++last;
    identities.set(target as object, identity);
  }
  return identity;
}

const identities = /* @__PURE__ */ new WeakMap<object, number>();
let last = 0;
