/**
 * An identity: the token of what has no value to compare, such as a function or an opaque instance.
 * It is the same at each sight of its target and never another's, and keeps the target from no collector.
 */
export class Identity {
  /** Different in each process. */
  readonly number = ++last;

  /** What stands for it in a rendered key. */
  get text(): string {
    return `#${this.number};`;
  }
}

/** The identity of an object or, where the engine's `WeakMap` takes symbols, a unique symbol. */
export function identityOf(target: object | symbol): Identity {
  let identity = identities.get(target as object);
  if (identity === undefined) identities.set(target as object, (identity = new Identity()));
  return identity;
}

const identities = /* @__PURE__ */ new WeakMap<object, Identity>();
let last = 0;

/** What stands for a symbol in a rendered key. A registered one is the same wherever it was asked for, so its name is its value. */
export function textOfSymbol(symbol: symbol): string {
  const registered = Symbol.keyFor(symbol);
  return registered === undefined ? identityOf(symbol).text : `y${registered.length}:${registered}`;
}
