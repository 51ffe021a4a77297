import type { Scope } from '../definition/sharing.js';
import { isPromise } from '../promise.js';
import { requireCallback } from '../validate.js';
import { RequestScope } from './request-scope.js';
import { requests } from './requests.js';

/**
 * The request in whose async context a call is made, for the option `per`: its entries live as long as that request. An
 * instance has entries of its own in each request, and a memoized function has one set in each. Outside of a request, and
 * once it is over, each call runs the method, and nothing is kept.
 *
 * @example
 * class Tasks {
 *   \@cached({ per: request })
 *   find(id: number) { … }
 * }
 */
export const request: Scope = { owner: (receiver) => requests.current.getStore()?.owner(receiver) };

/**
 * Runs a function as a request: for a job, a message from a queue, or a server for which there is no middleware. The request
 * is over when the function has returned or thrown; if it returns a promise, when that is settled. Within another request
 * this one has entries of its own.
 *
 * @returns What the function returns; for a promise, one that is settled in the same way.
 * @throws ArgumentError when `fn` is no function.
 * @example
 * const fetch = (incoming: Request) => withRequestCache(() => answer(incoming));
 */
export function withRequestCache<T>(fn: () => T): T {
  requireCallback('fn', fn);
  const scope = new RequestScope();
  const leave = <V>(value: V): V => {
    scope.end();
    return value;
  };
  const fail = (error: unknown): never => {
    throw leave(error);
  };
  return requests.current.run(scope, () => {
    try {
      const result = fn();
      // `then` is called once, as that of a query builder sends its query each time.
      return isPromise(result) ? (result.then(leave, fail) as T) : leave(result);
    } catch (error) {
      return fail(error);
    }
  });
}
