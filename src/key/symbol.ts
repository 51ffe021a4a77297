import { identityOf } from './identity.js';

/** What stands for a symbol in a rendered key. A registered one is the same wherever it was asked for, so its name is its value. */
export function textOfSymbol(symbol: symbol): string {
  const registered = Symbol.keyFor(symbol);
  return registered === undefined ? identityOf(symbol).text : `y${registered.length}:${registered}`;
}
