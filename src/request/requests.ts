import { AsyncLocalStorage } from 'node:async_hooks';
import { sealObject, tryDefineProperty } from '../platform.js';
import type { RequestScope } from './request-scope.js';

/** The requests of this process, which all copies of memokit in it have in common. */
interface Requests {
  /** The request in whose async context the code runs. */
  readonly current: AsyncLocalStorage<RequestScope>;
  /** The requests of HTTP, by their responses. */
  readonly answered: WeakMap<object, RequestScope>;
}

/** The property of `globalThis` that has the requests. The number is that of the format of `Requests` and `RequestScope`. */
const KEY: unique symbol = Symbol.for('memokit.request.1');

export const requests: Requests = (() => {
  const { [KEY]: known } = globalThis as { [KEY]?: Requests };
  if (known !== undefined) return known;
  const value: Requests = sealObject({ current: new AsyncLocalStorage(), answered: new WeakMap() });
  tryDefineProperty(globalThis, KEY, { value });
  return value;
})();
