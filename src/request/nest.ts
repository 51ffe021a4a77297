import { RequestScope } from './request-scope.js';
import { requests } from './requests.js';
import { inRequestOf, type ResponseLike } from './response.js';

/** What the interceptor needs of an execution context of NestJS. */
export interface NestContextLike {
  getType(): string;
  switchToHttp(): { getResponse(): any };
}

/**
 * An interceptor for NestJS. It gives each request a scope: of HTTP, on Express or on Fastify, the request that the response
 * answers; of another kind, the time until the handler's results have ended, unless a request is under way.
 *
 * @example
 * app.useGlobalInterceptors(new RequestCacheInterceptor());
 */
export class RequestCacheInterceptor {
  intercept<Results>(context: NestContextLike, next: { handle(): Results }): Results {
    const handle = () => next.handle();
    if (context.getType() === 'http') return inRequestOf(rawOf(context.switchToHttp().getResponse()), handle);
    if (requests.current.getStore()?.isOver === false) return handle();
    const scope = new RequestScope();
    const results = requests.current.run(scope, handle);
    endWith(results as ObservableLike, scope);
    return results;
  }
}

/** What is needed of an observable of RxJS. */
interface ObservableLike {
  subscribe(...observer: unknown[]): { add(teardown: () => void): void };
}

/** Ends a scope when the subscriber of an observable has got everything, or has left. */
function endWith(results: ObservableLike, scope: RequestScope): void {
  const { subscribe } = results;
  results.subscribe = (...observer) => {
    const subscription = subscribe.apply(results, observer);
    subscription.add(() => scope.end());
    return subscription;
  };
}

/** The response of Node: on Fastify the handler has another object, which holds it. */
function rawOf(response: ResponseLike | { readonly raw: ResponseLike }): ResponseLike {
  return 'once' in response ? response : response.raw;
}
