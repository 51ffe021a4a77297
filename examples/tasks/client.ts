import { randomBytes } from 'node:crypto';

/** What a request of the client came to. */
export interface Answer {
  readonly status: number;
  readonly body: any;
  /** The value of the header Cache-Status. */
  readonly cacheStatus: string | undefined;
  /** The trace that the client has begun, and that the service goes on with. */
  readonly traceId: string;
}

/** What a client asks of the service. */
export interface Asked {
  readonly path: string;
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** The name of the user. */
  readonly user?: string;
  readonly body?: unknown;
}

/** Makes one request, in a trace of its own that begins at the client: the header is that of W3C Trace Context. */
export async function ask(url: string, { path, method = 'GET', user, body }: Asked): Promise<Answer> {
  const traceId = randomBytes(16).toString('hex');
  const headers: Record<string, string> = { traceparent: `00-${traceId}-${randomBytes(8).toString('hex')}-01` };
  if (user !== undefined) headers['x-user'] = user;
  if (body !== undefined) headers['content-type'] = 'application/json';
  const response = await fetch(url + path, {
    method,
    headers,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    body: response.headers.get('content-type')?.startsWith('application/json') ? JSON.parse(text) : text,
    cacheStatus: response.headers.get('cache-status') ?? undefined,
    traceId,
  };
}
