import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks';
import { once } from 'node:events';
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { json } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, expect, test } from '@jest/globals';
import express from 'express';
import fastify from 'fastify';
import { type CachedOptions, memoize, type Scope } from 'memokit';
import { expressRequestCache, fastifyRequestCache, request } from 'memokit/request';
import { Random } from './support/random.js';
import { type Handle, listening, post, type Running, SERVERS } from './support/request-servers.js';

let running: Running | undefined;
let pool: Pool | undefined;
afterEach(async () => {
  await running?.close();
  pool?.close();
  running = pool = undefined;
});

async function serve(server: string, handle: Handle): Promise<string> {
  running = await SERVERS[server]!(handle);
  return running.url;
}

/** What a handler knows of its request: who has sent it, and which tasks it has loaded. */
interface Visit {
  readonly user: number;
  readonly loads: number[];
}

const visit = new AsyncLocalStorage<Visit>();

/** A task as one user sees it. */
interface Task {
  readonly id: number;
  readonly user: number;
}

/** Tasks that a method and a batch load for the user of the request, kept as a scope says. */
function tasksIn(scope: Scope) {
  const load = async (id: number): Promise<Task> => {
    const { user, loads } = visit.getStore()!;
    loads.push(id);
    await delay(Math.random() * 3);
    return { id, user };
  };
  const find = memoize(load, { per: scope });
  const loadAll = (ids: readonly number[]) => Promise.all(ids.map(load));
  const findBatched = memoize.many(loadAll, { per: scope } as CachedOptions<[number], Promise<Task>>);
  return { find, findBatched };
}

/** The number of tasks, the number of requests at once, and how many tasks each of them reads. */
const [TASKS, REQUESTS, READ] = [50, 200, 6];

/**
 * Sends requests of different users to a server, all at once. Each reads some tasks again and again, with delays in between.
 * Returns how many tasks were those of another user, and how many loads were one too many.
 */
async function strays(server: string, scope: Scope): Promise<{ leaked: number; repeated: number; missed: number }> {
  const { find, findBatched } = tasksIn(scope);
  const url = await serve(server, ({ user, ids }: { user: number; ids: number[] }) =>
    visit.run({ user, loads: [] }, async () => {
      const tasks: Task[] = [];
      for (const round of [1, 2, 3]) {
        await delay(Math.random() * 5);
        tasks.push(...(await Promise.all(ids.map((id, at) => (at % 2 === 0 ? find(id) : findBatched(id))))));
        for (const id of ids.slice(round)) tasks.push(await (ids.indexOf(id) % 2 === 0 ? find(id) : findBatched(id)));
      }
      return { tasks, loads: visit.getStore()!.loads };
    }),
  );
  const count = { leaked: 0, repeated: 0, missed: 0 };
  const random = new Random(19);
  const visits = Array.from({ length: REQUESTS }, async (_, user) => {
    const ids = [...new Set(Array.from({ length: READ }, () => random.below(TASKS)))];
    const response = await post(url, { user, ids });
    const { tasks, loads } = (await response.json()) as { tasks: Task[]; loads: number[] };
    expect(tasks.every(({ id }) => ids.includes(id))).toBe(true);
    count.leaked += tasks.filter((task) => task.user !== user).length;
    count.repeated += loads.length - new Set(loads).size;
    count.missed += ids.filter((id) => !loads.includes(id)).length;
  });
  await Promise.all(visits);
  return count;
}

const servers = ['node:http', 'Express 5', 'Fastify 5', 'Koa', 'NestJS'];

test.each(servers)(
  '200 requests at once of different users leak no value to each other, and load a task once each: %s',
  async (server) => {
    expect(await strays(server, request)).toEqual({ leaked: 0, repeated: 0, missed: 0 });
  },
  30_000,
);

test.each(servers)(
  'a scope that two requests share by mistake is found out by the test before: %s',
  async (server) => {
    const owner = {};
    const { leaked, missed } = await strays(server, { owner: () => owner });
    expect(leaked).toBeGreaterThan(REQUESTS);
    expect(missed).toBeGreaterThan(0);
  },
  30_000,
);

test.each(servers)(
  'a scope that keeps nothing is found out by it too: %s',
  async (server) => {
    const { leaked, repeated } = await strays(server, { owner: () => undefined });
    expect(leaked).toBe(0);
    expect(repeated).toBeGreaterThan(REQUESTS);
  },
  30_000,
);

/**
 * A handler that loads a task in a request, and leaves work behind that asks for it again once the response is closed.
 * `left` tells whether that was kept from before, or among two calls of its own.
 */
function leaving(answer: (find: (id: number) => Promise<object>) => Promise<object>) {
  const loads: number[] = [];
  const find = memoize(
    async (id: number): Promise<object> => {
      loads.push(id);
      return { id };
    },
    { per: request },
  );
  let report!: (kept: boolean[]) => void;
  const left = new Promise<boolean[]>((resolve) => (report = resolve));
  const handle: Handle = async (_body, response: ServerResponse) => {
    const first = await find(1);
    const ask = AsyncResource.bind(async () =>
      report([(await find(1)) === first, new Set([await find(1), await find(1)]).size === 1]),
    );
    response.once('close', () => setImmediate(ask));
    return answer(find);
  };
  return { handle, left, loads };
}

test.each(servers)('once the response is sent, the request is over: %s', async (server) => {
  const { handle, left, loads } = leaving(async (find) => ({ again: await find(1) }));
  const response = await post(await serve(server, handle), {});
  expect(await response.json()).toEqual({ again: { id: 1 } });
  expect(await left).toEqual([false, false]);
  expect(loads.length).toBe(4);
});

test.each(servers)('once the client has left, the request is over, though its handler goes on: %s', async (server) => {
  const abort = new AbortController();
  let finish!: () => void;
  const { handle, left, loads } = leaving(() => {
    abort.abort();
    return new Promise((resolve) => (finish = () => resolve({})));
  });
  const sent = post(await serve(server, handle), {}, abort.signal);
  await expect(sent).rejects.toThrow('abort');
  expect(await left).toEqual([false, false]);
  expect(loads.length).toBe(4);
  finish();
});

test.each(servers)('an error of the handler ends the request with its response: %s', async (server) => {
  const { handle, left } = leaving(async () => {
    throw new Error('no');
  });
  const response = await post(await serve(server, handle), {});
  expect(response.status).toBe(500);
  expect(await left).toEqual([false, false]);
});

test.each(servers)('a body that arrives in parts leaves the request its entries: %s', async (server) => {
  const url = await serve(server, async (body) => ({ body, isCaching: request.owner(undefined) !== undefined }));
  const sent = httpRequest(url, { method: 'POST', headers: { 'content-type': 'application/json' } });
  const response = once(sent, 'response');
  for (const part of ['{"text"', ':"', 'long"}']) {
    sent.write(part);
    await delay(20);
  }
  sent.end();
  const [incoming] = (await response) as [IncomingMessage];
  expect(await json(incoming)).toEqual({ body: { text: 'long' }, isCaching: true });
});

/** Answers with a stream whose parts ask for a task, one after another. */
const streaming = () =>
  leaving(async (find) =>
    Readable.from(
      (async function* () {
        for (let part = 0; part < 3; part++) {
          await delay(5);
          yield JSON.stringify(await find(1));
        }
      })(),
      { objectMode: false },
    ),
  );

test.each(['node:http', 'Express 5', 'Fastify 5', 'Koa within httpRequestCache', 'NestJS within expressRequestCache'])(
  'the request lasts while its response is streamed: %s',
  async (server) => {
    const { handle, left, loads } = streaming();
    const response = await post(await serve(server, handle), {});
    expect(await response.text()).toBe('{"id":1}{"id":1}{"id":1}');
    expect(await left).toEqual([false, false]);
    expect(loads.length).toBe(4);
  },
);

test.each(['Koa', 'NestJS'])(
  'a stream that is read after the middleware of %s has returned is outside',
  async (server) => {
    const { handle, left, loads } = streaming();
    const response = await post(await serve(server, handle), {});
    expect(await response.text()).toBe('{"id":1}{"id":1}{"id":1}');
    await left;
    expect(loads.length).toBe(7);
  },
);

/** Calls functions back in an async context that is not that of the caller, as a pool of connections may. */
class Pool {
  readonly #waiting: (() => void)[] = [];
  readonly #timer = setInterval(() => this.#waiting.splice(0).map((each) => each()), 1);

  wait(back: () => void): void {
    this.#waiting.push(back);
  }

  close(): void {
    clearInterval(this.#timer);
  }
}

test('middleware of Express that is mounted once more keeps the request, also where its async context was lost', async () => {
  const lost = new Pool();
  pool = lost;
  const owners: (object | undefined)[] = [];
  const note: express.RequestHandler = (_incoming, _response, next) => {
    owners.push(request.owner(undefined));
    next();
  };
  const lose: express.RequestHandler = (_incoming, _response, next) => lost.wait(next);
  const inner = express().use(expressRequestCache(), note, lose, note, expressRequestCache(), note);
  const app = express().use(expressRequestCache(), note, inner, (_incoming, response) => void response.json({}));
  running = await listening(createServer(app));
  await post(running.url, {});
  const [first] = owners;
  expect(first).toBeDefined();
  expect(owners).toEqual([first, first, undefined, first]);
  expect(new Set(owners).size).toBe(2);
});

test('a request of Fastify has its entries though the async context was lost before its validation', async () => {
  const lost = new Pool();
  pool = lost;
  const app = fastify();
  await app.register(fastifyRequestCache);
  app.addHook('preParsing', (_request, _reply, _payload, done) => lost.wait(() => done()));
  app.get('/', async () => ({ isCaching: request.owner(undefined) !== undefined }));
  running = { url: await app.listen({ port: 0 }), close: () => app.close() };
  expect(await (await fetch(running.url)).json()).toEqual({ isCaching: true });
});

test('the plugin of Fastify applies to the instance that registers it, and keeps the request that there is', async () => {
  const app = fastify();
  await app.register(fastifyRequestCache);
  await app.register(fastifyRequestCache);
  const owners: unknown[] = [];
  app.addHook('preHandler', async () => void owners.push(request.owner(undefined)));
  app.get('/', async () => ({ isCaching: owners.push(request.owner(undefined)) === 2 && owners[0] !== undefined }));
  running = { url: await app.listen({ port: 0 }), close: () => app.close() };
  expect(await (await fetch(running.url)).json()).toEqual({ isCaching: true });
  expect(owners[1]).toBe(owners[0]);
  expect(app.hasPlugin('memokit-request-cache')).toBe(true);
  expect(app.printPlugins()).toContain('memokit-request-cache');
});
