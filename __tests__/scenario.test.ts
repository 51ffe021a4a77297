import { expect, test } from '@jest/globals';
import { cached, cacheOf } from 'memokit';

/** The schema cache of the document that this project was made from, as its reader would check it. */
function setup(options: { capacity: number; ttl?: number }) {
  const clock = { time: 0, now: () => clock.time };
  const loads: string[] = [];
  class SchemaService {
    @cached({ ...options, clock })
    async get(table: string) {
      loads.push(table);
      return { table, columns: ['id'] };
    }
  }
  return { clock, loads, service: new SchemaService() };
}

test('with capacity 2 and no ttl, a second get of users does not load', async () => {
  const { loads, service } = setup({ capacity: 2 });
  const users = await service.get('users');
  expect(await service.get('users')).toBe(users);
  expect(loads).toEqual(['users']);
});

test('with a ttl of 1 s, a get 2 s later loads again', async () => {
  const { clock, loads, service } = setup({ capacity: 2, ttl: 1000 });
  await service.get('users');
  clock.time = 2000;
  await service.get('users');
  expect(loads).toEqual(['users', 'users']);
});

test('with capacity 2, the sequence a b a c b loads b twice', async () => {
  const { loads, service } = setup({ capacity: 2 });
  for (const table of ['a', 'b', 'a', 'c', 'b']) await service.get(table);
  expect(loads).toEqual(['a', 'b', 'c', 'b']);
});

test('two hundred callers of one cold table make one load', async () => {
  const { loads, service } = setup({ capacity: 128, ttl: 300_000 });
  const schemas = await Promise.all(Array.from({ length: 200 }, () => service.get('users')));
  expect(new Set(schemas).size).toBe(1);
  expect(loads).toEqual(['users']);
  expect(cacheOf(service, 'get').stats()).toMatchObject({ hits: 199, misses: 1, coalesced: 199 });
});
