import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { json } from 'node:stream/consumers';
import { Controller, type INestApplication, Module, Post, Req, Res, StreamableFile } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import express from 'express';
import fastify from 'fastify';
import Koa from 'koa';
import {
  expressRequestCache,
  fastifyRequestCache,
  httpRequestCache,
  koaRequestCache,
  RequestCacheInterceptor,
} from 'memokit/request';

/**
 * Answers a request, whose body is JSON, with what is sent as JSON or, if it is a stream, as it is. The response is that of
 * Node, which the framework has.
 */
export type Handle = (body: any, response: ServerResponse) => Promise<object>;

/** A server that runs on a port. */
export interface Running {
  readonly url: string;
  close(): Promise<unknown>;
}

/** A server of each framework, with the middleware of memokit/request as its documentation says. */
export const SERVERS: Record<string, (handle: Handle) => Promise<Running>> = {
  'node:http': (handle) =>
    listening(
      createServer(
        httpRequestCache(async (incoming: IncomingMessage, response: ServerResponse) => {
          try {
            const result = await handle(await json(incoming), response);
            if (result instanceof Readable) result.pipe(response);
            else response.end(JSON.stringify(result));
          } catch {
            response.writeHead(500).end();
          }
        }),
      ),
    ),

  'Express 5': (handle) => {
    const app = express();
    app.use(expressRequestCache());
    app.use(express.json());
    app.post('/', async (incoming, response) => {
      const result = await handle(incoming.body, response);
      if (result instanceof Readable) result.pipe(response);
      else response.json(result);
    });
    // Without it Express prints the error.
    app.use((_error: unknown, _incoming: unknown, response: express.Response, _next: unknown) => {
      response.sendStatus(500);
    });
    return listening(createServer(app));
  },

  'Fastify 5': async (handle) => {
    const app = fastify({ forceCloseConnections: true });
    await app.register(fastifyRequestCache);
    app.post('/', async (incoming, reply) => handle(incoming.body, reply.raw));
    const url = await app.listen({ port: 0, host: '127.0.0.1' });
    return { url, close: () => app.close() };
  },

  Koa: (handle) => listening(createServer(koa(handle, koaRequestCache()).callback())),

  'Koa within httpRequestCache': (handle) => listening(createServer(httpRequestCache(koa(handle).callback()))),

  NestJS: (handle) => nest(handle, (app) => app.useGlobalInterceptors(new RequestCacheInterceptor())),

  'NestJS within expressRequestCache': (handle) => nest(handle, (app) => app.use(expressRequestCache())),
};

function koa(handle: Handle, ...middleware: Koa.Middleware[]): Koa {
  const app = new Koa();
  app.silent = true;
  for (const each of middleware) app.use(each);
  app.use(async (context) => {
    context.body = await handle(await json(context.req), context.res);
  });
  return app;
}

async function nest(handle: Handle, prepare: (app: INestApplication) => void): Promise<Running> {
  class Root {
    async answer(incoming: { body: unknown }, response: ServerResponse): Promise<object> {
      const result = await handle(incoming.body, response);
      return result instanceof Readable ? new StreamableFile(result) : result;
    }
  }
  class App {}
  // By hand, as this file is compiled in the standard dialect too.
  Controller()(Root);
  Post()(Root.prototype, 'answer', Object.getOwnPropertyDescriptor(Root.prototype, 'answer')!);
  Req()(Root.prototype, 'answer', 0);
  Res({ passthrough: true })(Root.prototype, 'answer', 1);
  Module({ controllers: [Root] })(App);
  const app = await NestFactory.create(App, { logger: false, forceCloseConnections: true });
  prepare(app);
  await app.listen(0, '127.0.0.1');
  return { url: await app.getUrl(), close: () => app.close() };
}

/** Starts a server on a free port. */
export async function listening(server: Server): Promise<Running> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Sends a request with a body of JSON. */
export function post(url: string, body: object, signal?: AbortSignal): Promise<Response> {
  const headers = { 'content-type': 'application/json' };
  return fetch(url, { method: 'POST', headers, body: JSON.stringify(body), signal: signal ?? null });
}
