import { keyFor } from '../platform.js';

/**
 * The token of an object that has no value to compare, such as a function or an instance of a user's class. A target always
 * has the same identity, two targets never share one, and an identity does not keep its target alive.
 */
export class Identity {
  /** The name of the class, where the identity is that of a class whose instances have a value. */
  name: string | undefined;
  /** A number that is unique within the process. The same target may have another number in another process. */
  readonly number = ++last;

  /** The text of the identity in a rendered key. */
  get text(): string {
    return `#${this.number};`;
  }
}

/**
 * Returns the identity of an object or, if the engine's `WeakMap` accepts symbols, of a symbol that is not registered.
 */
export function identityOf(target: object | symbol): Identity {
  let identity = identities.get(target as object);
  if (identity === undefined) identities.set(target as object, (identity = new Identity()));
  return identity;
}

const identities = /* @__PURE__ */ new WeakMap<object, Identity>();
let last = 0;

/**
 * Returns the text of a symbol in a rendered key. A symbol from `Symbol.for` is represented by its name, because it is the
 * same symbol everywhere.
 */
export function textOfSymbol(symbol: symbol): string {
  const registered = keyFor(symbol);
  return registered === undefined ? identityOf(symbol).text : `y${registered.length}:${registered}`;
}
