import 'reflect-metadata';
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { NestFactory } from '@nestjs/core';
import { spyOn } from 'jest-mock';
import { cacheOf } from 'memokit';
import { AppModule } from './app.module.js';
import { CatsService } from './cats.service.js';
import { tenantLoads } from './tenant.service.js';
import { verified } from './token.guard.js';

const { version } = createRequire(import.meta.url)('@nestjs/core/package.json');

async function main(): Promise<void> {
  const app = await NestFactory.create(AppModule, { logger: ['error'] });
  await app.listen(0, '127.0.0.1');
  const url = (await app.getUrl()).replace('[::1]', '127.0.0.1');
  const service = app.get(CatsService);

  async function request(path: string, init: RequestInit & { tenant?: string } = {}): Promise<[number, any]> {
    const headers = {
      authorization: 'secret',
      'content-type': 'application/json',
      'x-tenant': init.tenant ?? 'acme',
      ...init.headers,
    };
    const response = await fetch(url + path, { ...init, headers });
    const text = await response.text();
    return [response.status, text.startsWith('{') || text.startsWith('[') ? JSON.parse(text) : text];
  }
  const loadsOf = async (...paths: string[]) => {
    const before = service.loads.length;
    for (const path of paths) assert.equal((await request(path))[0], 200, path);
    return service.loads.slice(before);
  };
  const rename = (id: number, name: string) =>
    request(`/cats/${id}`, { method: 'PUT', body: JSON.stringify({ name }) });

  try {
    // A cached method of a provider, and requests that come at one time.
    await Promise.all([request('/cats/1'), request('/cats/1'), request('/cats/1')]);
    assert.deepEqual(await request('/cats/1'), [200, { id: 1, name: 'Tom' }]);
    assert.deepEqual(service.loads, ['get 1']);

    // Instances of a DTO, from the validation pipe.
    const find = '/cats?prefix=T&limit=10';
    assert.deepEqual(await loadsOf(find, find, '/cats?limit=10&prefix=T'), ['find T'], 'hits of a DTO, with `key`');
    assert.deepEqual(await loadsOf('/cats?prefix=B&limit=10'), ['find B']);
    const byIdentity = await loadsOf('/cats/by-identity?prefix=T&limit=10', '/cats/by-identity?prefix=T&limit=10');
    assert.equal(byIdentity.length, 2, 'without `key`, each instance of a DTO is another argument');
    assert.equal((await request('/cats?prefix=T&limit=1000'))[0], 400);

    // A write evicts, and a write that fails does not.
    await rename(1, 'Ada');
    assert.deepEqual(await request('/cats/1'), [200, { id: 1, name: 'Ada' }]);
    assert.deepEqual(await request(find), [200, [{ id: 2, name: 'Tim' }]]);
    assert.equal((await rename(9, 'Nine'))[0], 404);
    assert.deepEqual(await loadsOf('/cats/1', find), []);

    // A guard.
    assert.deepEqual(verified, ['secret'], 'the guard verifies a token once');
    for (let round = 0; round < 2; round++)
      assert.equal((await request('/cats/1', { headers: { authorization: 'wrong' } }))[0], 403);
    assert.deepEqual(verified, ['secret', 'wrong']);

    // A provider of request scope.
    assert.deepEqual(await request('/tenants/7'), [200, ['acme 7', 'acme 7']]);
    assert.deepEqual(await request('/tenants/7', { tenant: 'bolt' }), [200, ['bolt 7', 'bolt 7']]);
    assert.deepEqual(await request('/tenants/7'), [200, ['acme 7', 'acme 7']]);
    assert.deepEqual(tenantLoads, [
      'ofRequest acme 7',
      'ofAll acme 7',
      'ofRequest bolt 7',
      'ofAll bolt 7',
      'ofRequest acme 7',
    ]);

    // A handler that is cached itself, on either side of the decorator of its route.
    for (const route of ['cached-below', 'cached-above']) {
      const [, first] = await request(`/cats/${route}?q=x`);
      assert.match(first, /^x \d+$/, route);
      assert.deepEqual(await request(`/cats/${route}?q=x`), [200, first]);
      assert.notDeepEqual(await request(`/cats/${route}?q=y`), [200, first]);
    }

    // Spies, as unit tests set them: on the service and on its class.
    for (const target of [service, CatsService.prototype]) {
      const where = target === service ? 'a spy on the service' : 'a spy on the prototype';
      await service.get(2);
      const spy = spyOn(target, 'get');
      const before = service.loads.length;
      assert.deepEqual(await request('/cats/2'), [200, { id: 2, name: (await service.get(2)).name }], where);
      assert.equal(spy.mock.calls.length, 2, where);
      assert.equal(service.loads.length, before, `${where} is above the cache`);
      assert.ok(cacheOf(service, 'get').has(2), `cacheOf finds the cache under ${where}`);
      assert.equal((await rename(2, `Tim of ${where}`))[0], 200, `a write under ${where}`);
      assert.ok(!cacheOf(service, 'get').has(2), `a write evicts under ${where}`);
      spy.mockResolvedValueOnce({ id: 2, name: 'mock' });
      assert.deepEqual(await request('/cats/2'), [200, { id: 2, name: 'mock' }], where);
      spy.mockRestore();
      assert.deepEqual(await request('/cats/2'), [200, { id: 2, name: `Tim of ${where}` }], `after ${where}`);
      assert.deepEqual(await loadsOf('/cats/2'), [], `after ${where}`);
    }
    assert.ok(!Object.hasOwn(service, 'get'));

    console.log(
      `NestJS ${version}, compiled by swc: ok, requests share loads, DTOs hit with \`key\`, a write evicts, the guard ` +
        'verifies once, request scope ends with its request, handlers and spies work',
    );
  } finally {
    await app.close();
  }
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
