import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import express from 'express';
import { cacheOf, memoize } from 'memokit';

const { version } = createRequire(import.meta.url)('express/package.json');

let isDown = false;
const pets = new Map([['1', 'Tom']]);
/** Calls of the source behind each cached function. */
const loads = { find: 0, get: 0 };

const find = memoize(async (query) => {
  loads.find++;
  return { found: query };
});
const get = memoize(
  async (params) => {
    loads.get++;
    if (isDown) throw new Error('no connection');
    return { id: params.id, name: pets.get(params.id) };
  },
  { ttl: 60_000 },
);

const app = express();
app.use(express.json());
app.get('/pets', async (request, response) => response.json(await find(request.query)));
app.get('/pets/:id', async (request, response) => response.json(await get(request.params)));
app.post('/search', async (request, response) => response.json(await find(request.body)));
app.put('/pets/:id', (request, response) => {
  pets.set(request.params.id, request.body.name);
  cacheOf(get).delete(request.params);
  response.end();
});
app.use((error, _request, response, _next) => response.status(500).end(error.message));

const server = app.listen(0, '127.0.0.1');
await once(server, 'listening');
const { port } = server.address();

async function request(path, method = 'GET', body = undefined) {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { method, headers, body: JSON.stringify(body) });
  return response.text();
}
/** Loads that requests of these paths cause, one after the other. */
async function loadsOf(...paths) {
  const before = loads.find + loads.get;
  for (const path of paths) await request(path);
  return loads.find + loads.get - before;
}

try {
  assert.equal(
    await loadsOf('/pets?kind=cat&age=3', '/pets?kind=cat&age=3', '/pets?age=3&kind=cat'),
    1,
    'request.query',
  );
  assert.equal(await loadsOf('/pets?kind=dog&age=3', '/pets?kind=cat'), 2, 'other queries');
  assert.equal(await loadsOf('/pets?kind=a&kind=b', '/pets?kind=a&kind=b', '/pets?kind=b&kind=a'), 2, 'repeated names');
  assert.equal(await request('/pets?kind=cat&age=3'), '{"found":{"kind":"cat","age":"3"}}');

  assert.equal(await loadsOf('/pets/1', '/pets/1', '/pets/2', '/pets/1'), 2, 'request.params');
  await request('/pets/1', 'PUT', { name: 'Ada' });
  assert.equal(await request('/pets/1'), '{"id":"1","name":"Ada"}', 'a write evicts');

  const before = loads.find;
  for (const body of [{ a: [1, { b: 2 }] }, { a: [1, { b: 2 }] }]) await request('/search', 'POST', body);
  assert.equal(loads.find, before + 1, 'request.body');

  isDown = true;
  assert.equal(await request('/pets/3'), 'no connection', 'an error reaches the error handler');
  isDown = false;
  assert.equal(await request('/pets/3'), '{"id":"3"}', 'an error is not stored');

  const earlier = loads.get;
  await Promise.all(Array.from({ length: 5 }, () => request('/pets/4')));
  assert.equal(loads.get, earlier + 1, 'requests at one time share a load');

  console.log(`Express ${version}: ok, query, params and body hit, a write evicts, errors pass, requests share loads`);
} finally {
  server.close();
}
