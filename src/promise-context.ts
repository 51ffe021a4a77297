/**
 * The context of a promise: what Node up to version 22 hangs on each that is made while an AsyncLocalStorage is in use,
 * which is what that holds for whoever made it.
 */

/**
 * Takes its context off a promise that is kept: an entry outlives the request that has loaded it, and all that belongs to
 * one. Who waits for the promise has a context of his own. To be called last in what settles the promise, as it runs in it.
 */
export function dropContext(promise: unknown): void {
  for (const symbol of Object.getOwnPropertySymbols(promise)) {
    // Not if somebody has frozen it.
    if (symbol.description === 'kResourceStore') Reflect.set(promise as object, symbol, undefined);
  }
}
