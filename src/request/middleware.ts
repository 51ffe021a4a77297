import { inRequestOf, type ResponseLike } from './response.js';

/**
 * Returns a listener for `node:http`, `node:https` or `node:http2` that runs another one in the scope of each request.
 *
 * @example
 * createServer(httpRequestCache(async (incoming: IncomingMessage, response: ServerResponse) => { … })).listen(3000);
 */
export function httpRequestCache<Message, Response extends ResponseLike, Result>(
  listener: (incoming: Message, response: Response) => Result,
): (incoming: Message, response: Response) => Result {
  return function (this: unknown, incoming, response) {
    return inRequestOf(response, () => listener.call(this, incoming, response));
  };
}

/**
 * Returns middleware for Express 5, and for what takes the same, such as Connect. Mount it first. Mount it again after
 * middleware that loses the async context; the request keeps its entries.
 *
 * @example
 * app.use(expressRequestCache());
 */
export function expressRequestCache(): (incoming: object, response: ResponseLike, next: () => void) => void {
  return (_incoming, response, next) => inRequestOf(response, () => next());
}

/**
 * Returns middleware for Koa. Mount it first.
 *
 * @example
 * app.use(koaRequestCache());
 */
export function koaRequestCache(): (
  context: { readonly res: ResponseLike },
  next: () => Promise<unknown>,
) => Promise<unknown> {
  return ({ res }, next) => inRequestOf(res, next);
}
