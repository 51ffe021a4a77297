import { assign } from '../platform.js';
import { inRequestOf, type ResponseLike } from './response.js';

/** What the plugin needs of a Fastify instance. */
export interface FastifyLike {
  addHook(
    name: 'onRequest' | 'preValidation',
    hook: (request: unknown, reply: { readonly raw: ResponseLike }, done: () => void) => void,
  ): unknown;
}

/**
 * A plugin for Fastify 5, which gives each request a scope. It applies to the instance that registers it, and to all within.
 *
 * @example
 * await app.register(fastifyRequestCache);
 */
export const fastifyRequestCache: (fastify: FastifyLike) => Promise<void> = /* @__PURE__ */ assign(
  async (fastify: FastifyLike) => {
    const enter = (_request: unknown, { raw }: { readonly raw: ResponseLike }, done: () => void) =>
      inRequestOf(raw, () => done());
    fastify.addHook('onRequest', enter);
    // Once more after the body was read, as hooks and parsers before that may have lost the async context.
    fastify.addHook('preValidation', enter);
  },
  {
    [Symbol.for('skip-override')]: true,
    [Symbol.for('fastify.display-name')]: 'memokit-request-cache',
    [Symbol.for('plugin-meta')]: { name: 'memokit-request-cache', fastify: '>=5' },
  },
);
