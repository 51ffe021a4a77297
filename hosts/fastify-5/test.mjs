import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import Fastify from 'fastify';
import { cacheOf, memoize } from 'memokit';

const { version } = createRequire(import.meta.url)('fastify/package.json');

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

const app = Fastify();
const querystring = {
  type: 'object',
  properties: { age: { type: 'integer' }, kind: { type: 'array', items: { type: 'string' }, default: ['cat'] } },
};
app.get('/pets', (request) => find(request.query));
app.get('/checked', { schema: { querystring } }, (request) => find(request.query));
app.get('/pets/:id', (request) => get(request.params));
app.post('/search', (request) => find(request.body));
app.put('/pets/:id', async (request, reply) => {
  pets.set(request.params.id, request.body.name);
  cacheOf(get).delete(request.params);
  return reply.send();
});
const url = await app.listen({ port: 0, host: '127.0.0.1' });

async function request(path, method = 'GET', body = undefined) {
  const headers = body === undefined ? {} : { 'content-type': 'application/json' };
  const response = await fetch(url + path, { method, headers, body: JSON.stringify(body) });
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
  assert.equal(
    await loadsOf('/checked?age=3', '/checked?age=3&kind=cat', '/checked?age=4'),
    2,
    'a query with a schema',
  );

  assert.equal(await loadsOf('/pets/1', '/pets/1', '/pets/2', '/pets/1'), 2, 'request.params');
  await request('/pets/1', 'PUT', { name: 'Ada' });
  assert.equal(await request('/pets/1'), '{"id":"1","name":"Ada"}', 'a write evicts');

  const before = loads.find;
  for (const body of [{ a: [1, { b: 2 }] }, { a: [1, { b: 2 }] }]) await request('/search', 'POST', body);
  assert.equal(loads.find, before + 1, 'request.body');

  isDown = true;
  assert.match(await request('/pets/3'), /"statusCode":500.*"message":"no connection"/, 'an error reaches the client');
  isDown = false;
  assert.equal(await request('/pets/3'), '{"id":"3"}', 'an error is not stored');

  const earlier = loads.get;
  await Promise.all(Array.from({ length: 5 }, () => request('/pets/4')));
  assert.equal(loads.get, earlier + 1, 'requests at one time share a load');

  console.log(`Fastify ${version}: ok, query, params and body hit, a write evicts, errors pass, requests share loads`);
} finally {
  await app.close();
}
