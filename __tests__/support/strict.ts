/** The error of a strict proxy. */
export class StrictError extends Error {}

/**
 * Makes a strict proxy, as envalid does for the environment: each trap throws for a name that the object does not have.
 *
 * @param hidesClass Whether it also throws when it is asked for its prototype.
 */
export function strict<T extends object>(target: T, hidesClass = false): T {
  const requireName = (name: PropertyKey): void => {
    if (!Object.hasOwn(target, name)) throw new StrictError(`unknown: ${String(name)}`);
  };
  return new Proxy(target, {
    get(object, name) {
      requireName(name);
      return Reflect.get(object, name);
    },
    has(_, name) {
      requireName(name);
      return true;
    },
    getOwnPropertyDescriptor(object, name) {
      requireName(name);
      return Reflect.getOwnPropertyDescriptor(object, name);
    },
    getPrototypeOf(object) {
      if (hidesClass) throw new StrictError('no prototype');
      return Reflect.getPrototypeOf(object);
    },
  });
}
