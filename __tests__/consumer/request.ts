import { cached, memoize, type Scope } from 'memokit';
import {
  expressRequestCache,
  type FastifyLike,
  fastifyRequestCache,
  httpRequestCache,
  koaRequestCache,
  type NestContextLike,
  RequestCacheInterceptor,
  type ResponseLike,
  request,
  withRequestCache,
} from 'memokit/request';

/** What keeps entries for a request, and begins one, as a user of the published types writes it. */

export class Tasks {
  @cached({ per: request })
  async find(id: number): Promise<string> {
    return `task ${id}`;
  }
}

export const square: (n: number) => number = memoize((n: number) => n * n, { per: request });

const sessions = new WeakMap<object, object>();
/** A scope of the user's own. */
export const session: Scope = {
  owner: (receiver) => (typeof receiver === 'object' && receiver !== null ? sessions.get(receiver) : undefined),
};
export const cube: (n: number) => number = memoize((n: number) => n * n * n, { per: session });

export const nine: number = withRequestCache(() => square(3));
export const sixteen: Promise<number> = withRequestCache(async () => square(4));

interface Answer extends ResponseLike {
  end(text: string): void;
}

export const listener: (incoming: { url: string }, response: Answer) => Promise<void> = httpRequestCache(
  async (incoming: { url: string }, response: Answer) => response.end(incoming.url),
);

export function mount(response: Answer, fastify: FastifyLike): Promise<unknown> {
  expressRequestCache()({}, response, () => {});
  const registered: Promise<void> = fastifyRequestCache(fastify);
  return Promise.all([registered, koaRequestCache()({ res: response }, async () => {})]);
}

export const intercepted = (context: NestContextLike): string =>
  new RequestCacheInterceptor().intercept(context, { handle: () => 'results' });
