import { RequestScope } from './request-scope.js';
import { requests } from './requests.js';

/** What is needed of a response of `node:http`, `node:https` or `node:http2`. */
export interface ResponseLike {
  readonly destroyed?: boolean;
  readonly writableFinished?: boolean;
  once(event: 'finish' | 'close', listener: () => void): unknown;
}

/**
 * Runs a function in the request that a response answers, until that response has been sent or its connection is lost. The
 * first call begins the request, and later ones go on with it.
 */
export function inRequestOf<T>(response: ResponseLike, run: () => T): T {
  return requests.current.run(requests.answered.get(response) ?? begin(response), run);
}

function begin(response: ResponseLike): RequestScope {
  const scope = new RequestScope();
  const end = () => scope.end();
  requests.answered.set(response, scope);
  // Its events do not come again.
  if (response.destroyed || response.writableFinished) end();
  response.once('finish', end);
  response.once('close', end);
  return scope;
}
