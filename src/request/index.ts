/** The scope of a request for the option `per`, and middleware that begins it: `memokit/request`. */

export { type FastifyLike, fastifyRequestCache } from './fastify.js';
export { expressRequestCache, httpRequestCache, koaRequestCache } from './middleware.js';
export { type NestContextLike, RequestCacheInterceptor } from './nest.js';
export { request, withRequestCache } from './request.js';
export type { ResponseLike } from './response.js';
