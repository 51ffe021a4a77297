import 'reflect-metadata';
import { createRequire } from 'node:module';
import { createCache } from 'cache-manager';
import { Keyv } from 'cacheable';
import { cached, cacheOf, evicts } from '../../../../dist/index.js';
import { assert, counted, decorate, equal, held, row, turn, withDate } from '../row.mjs';

const require = createRequire(import.meta.url);
const { CacheInterceptor, CacheTTL } = require('@nestjs/cache-manager');
const { Reflector } = require('@nestjs/core');
const { from, lastValueFrom } = require('rxjs');

/**
 * A controller behind the interceptor, as Nest sets it up for HTTP: `request(url, request)` resolves to what a client gets,
 * and `cache` is the one that `CACHE_MANAGER` stands for.
 */
function controllerOf(handler, options) {
  const cache = createCache(options);
  const interceptor = new CacheInterceptor(cache, new Reflector());
  const httpAdapter = { getRequestMethod: ({ method }) => method, getRequestUrl: ({ url }) => url, setHeader() {} };
  interceptor.httpAdapterHost = { httpAdapter };
  class Controller {}
  return {
    cache,
    handler,
    async request(url, { method = 'GET', headers = {} } = {}) {
      const request = { url, method, headers };
      const context = {
        getHandler: () => handler,
        getClass: () => Controller,
        getArgByIndex: () => request,
        switchToHttp: () => ({ getRequest: () => request, getResponse: () => ({}) }),
      };
      const next = { handle: () => from(Promise.resolve(handler(request))) };
      const value = await lastValueFrom(await interceptor.intercept(context, next));
      // It stores a response without waiting for that.
      await turn();
      return value;
    },
  };
}

/** A service below a controller, whose `get` is cached by memokit. */
function serviceOf(get, options, others = {}) {
  class Service {}
  Object.assign(Service.prototype, { get, ...others });
  decorate(Service, 'get', cached(options));
  return { service: new Service(), Service };
}

export const nest = {
  name: '@nestjs/cache-manager',
  cases: [
    row({
      there: '`@UseInterceptors(CacheInterceptor)` on a controller',
      does: 'The URL alone is the key: the next user gets the answer of the one before, whatever the `Authorization` header says.',
      memokit:
        '`@cached()` on the method of the service, below the controller: its arguments are the key, the user among them.',
      async peer() {
        const { request } = controllerOf(({ headers }) => `orders of ${headers.authorization}`);
        const ask = (authorization) => request('/orders', { headers: { authorization } });
        equal(await ask('Ada'), 'orders of Ada', await ask('Alan'), 'orders of Ada');
      },
      async ours() {
        const { service } = serviceOf(async (user) => `orders of ${user}`);
        equal(await service.get('Ada'), 'orders of Ada', await service.get('Alan'), 'orders of Alan');
      },
    }),
    row({
      there: 'two URLs of one meaning',
      does: 'They are two entries: `/users?a=1&b=2` and `/users?b=2&a=1`.',
      memokit: 'A query object is compared by content, with its keys in any order.',
      async peer() {
        const handler = counted(() => 1);
        const { request } = controllerOf(handler);
        await request('/users?a=1&b=2');
        await request('/users?b=2&a=1');
        equal(handler.runs, 2);
      },
      async ours() {
        const get = counted(async (_query) => 1);
        const { service } = serviceOf(get);
        await service.get({ a: 1, b: 2 });
        await service.get({ b: 2, a: 1 });
        equal(get.runs, 1);
      },
    }),
    row({
      there: '20 requests at once',
      does: 'Each one runs the handler: nothing is stored yet.',
      memokit: 'They share one load.',
      async peer() {
        const handler = held();
        const { request } = controllerOf(handler);
        const requests = Array.from({ length: 20 }, () => request('/users'));
        await turn();
        equal(handler.runs, 20);
        for (const _ of requests) handler.release(1);
        await Promise.all(requests);
      },
      async ours() {
        const get = held();
        const { service } = serviceOf(get);
        const calls = Array.from({ length: 20 }, () => service.get(1));
        equal(get.runs, 1);
        get.release(1);
        await Promise.all(calls);
      },
    }),
    row({
      there: 'a `POST` that changes what a `GET` answered',
      does: 'The entry stays until its ttl ends: only `GET` is looked at.',
      memokit: "`@evicts('get', (id) => [id])` on the method that writes.",
      async peer() {
        let name = 'Ada';
        const { request } = controllerOf(({ method }) => {
          if (method === 'POST') name = 'Grace';
          return name;
        });
        await request('/users/1');
        equal(await request('/users/1', { method: 'POST' }), 'Grace', await request('/users/1'), 'Ada');
      },
      async ours() {
        let name = 'Ada';
        const rename = async (_id, wanted) => {
          name = wanted;
        };
        const { service, Service } = serviceOf(async (_id) => name, {}, { rename });
        decorate(
          Service,
          'rename',
          evicts('get', (id) => [id]),
        );
        equal(await service.get(1), 'Ada');
        await service.rename(1, 'Grace');
        equal(await service.get(1), 'Grace');
      },
    }),
    row({
      there: '`@CacheTTL(5000)`',
      does: 'Milliseconds, with cache-manager from 5 on. They were seconds before.',
      memokit: "`ttl: 5000`: milliseconds. Or `ttl: '5s'`.",
      peer: () =>
        withDate(async (clock) => {
          const handler = counted(() => 1);
          CacheTTL(5000)({}, 'handler', { value: handler });
          const { request } = controllerOf(handler);
          for (const [wait, runs] of [
            [0, 1],
            [4999, 1],
            [2, 2],
          ]) {
            clock.at += wait;
            await request('/users');
            equal(handler.runs, runs);
          }
        }),
      async ours() {
        for (const ttl of [5000, '5s']) {
          let now = 0;
          const get = counted(async (id) => id);
          const { service } = serviceOf(get, { ttl, clock: () => now });
          for (const [at, runs] of [
            [0, 1],
            [4999, 1],
            [5000, 2],
          ]) {
            now = at;
            await service.get(1);
            equal(get.runs, runs);
          }
        }
      },
    }),
    row({
      there: 'a response of `null`',
      does: 'It counts as no entry: the handler runs again at each request.',
      memokit: 'It is a result like others.',
      async peer() {
        const handler = counted(() => null);
        const { request } = controllerOf(handler);
        await request('/users/1');
        await request('/users/1');
        equal(handler.runs, 2);
      },
      async ours() {
        const get = counted(async (_id) => null);
        const { service } = serviceOf(get);
        equal(await service.get(1), null, await service.get(1), null, get.runs, 1);
      },
    }),
    row({
      there: '`stores: [new Keyv()]`, and a response that holds a `Date`',
      does: 'The first request is given the `Date`, and a hit its JSON: a text.',
      memokit: 'All callers get the result itself, so none may change it. `freeze: true` holds them to that.',
      async peer() {
        const { request } = controllerOf(() => ({ at: new Date(0) }), { stores: [new Keyv()] });
        equal(typeof (await request('/users')).at, 'object', typeof (await request('/users')).at, 'string');
      },
      async ours() {
        const { service } = serviceOf(async () => ({ at: new Date(0) }));
        equal(await service.get(), await service.get(), (await service.get()).at instanceof Date, true);
      },
    }),
    row({
      there: '`CacheModule.register()` without `stores`',
      does: 'Every response is kept, in a Map: a client that asks for many URLs fills the memory.',
      memokit: '128 results are kept for each instance of the service; `capacity` sets another number.',
      async peer() {
        const handler = counted(() => 1);
        const { request } = controllerOf(handler);
        const ask = () => Promise.all(Array.from({ length: 1000 }, (_, id) => request(`/users/${id}`)));
        await ask();
        await ask();
        equal(handler.runs, 1000);
      },
      async ours() {
        const { service } = serviceOf(async (id) => id);
        for (let id = 0; id < 1000; id++) await service.get(id);
        equal(cacheOf(service, 'get').size, 128);
      },
    }),
    row({
      there: 'a handler that fails',
      does: 'The error reaches the client, and is not stored.',
      memokit: 'The same.',
      async peer() {
        const handler = counted(() => Promise.reject(new Error('down')));
        const { request } = controllerOf(handler);
        await assert.rejects(request('/users'), /down/);
        await assert.rejects(request('/users'), /down/);
        equal(handler.runs, 2);
      },
      async ours() {
        const get = counted(() => Promise.reject(new Error('down')));
        const { service } = serviceOf(get);
        await assert.rejects(service.get(), /down/);
        await assert.rejects(service.get(), /down/);
        equal(get.runs, 2);
      },
    }),
  ],
};
