import DataLoader from 'dataloader';
import { cacheOf, memoize } from '../../../../dist/index.js';
import { assert, counted, equal, isSettled, row } from '../row.mjs';

const users = () => counted(async (ids) => ids.map((id) => `user ${id}`));

export const dataloader = {
  name: 'dataloader',
  cases: [
    row({
      there: '`new DataLoader(batch)`, and `loader.load(id)`',
      does: 'The loads of one turn are one batch, and each key is in it once.',
      memokit: '`const load = memoize.many(batch)`, and `load(id)`: the same. `@cached({ many: … })` batches a method.',
      async peer() {
        const batch = users();
        const loader = new DataLoader(batch);
        const found = await Promise.all([1, 2, 1].map((id) => loader.load(id)));
        equal(found.join(), 'user 1,user 2,user 1', batch.runs, 1);
      },
      async ours() {
        const batch = users();
        const load = memoize.many(batch);
        const found = await Promise.all([1, 2, 1].map((id) => load(id)));
        equal(found.join(), 'user 1,user 2,user 1', batch.runs, 1);
      },
    }),
    row({
      there: 'a loader for each request',
      does: 'It keeps every result for as long as it lives: for one request, as its documents say.',
      memokit:
        'A function for all requests: it keeps 128 results. Set `capacity` and `ttl`. It is no place for what one user alone may see, unless the user is in the key.',
      async peer() {
        const batch = users();
        const loader = new DataLoader(batch);
        const ids = Array.from({ length: 1000 }, (_, id) => id);
        await loader.loadMany(ids);
        await loader.loadMany(ids);
        equal(batch.runs, 1);
      },
      async ours() {
        const load = memoize.many(users());
        await Promise.all(Array.from({ length: 1000 }, (_, id) => load(id)));
        equal(cacheOf(load).size, 128);
      },
    }),
    row({
      there: 'an `Error` in the list',
      does: 'It is kept: that key fails until `clear(key)`.',
      memokit: 'It is not kept. `errorTtl: 1000` remembers it for a second.',
      async peer() {
        const batch = counted(async (ids) => ids.map(() => new Error('missing')));
        const loader = new DataLoader(batch);
        for (const _ of [1, 2]) await assert.rejects(loader.load(1), /missing/);
        equal(batch.runs, 1);
      },
      async ours() {
        for (const [options, runs] of [
          [{}, 2],
          [{ errorTtl: 1000 }, 1],
        ]) {
          const batch = counted(async (ids) => ids.map(() => new Error('missing')));
          const load = memoize.many(batch, options);
          for (const _ of [1, 2]) await assert.rejects(load(1), /missing/);
          equal(batch.runs, runs);
        }
      },
    }),
    row({
      there: 'a batch that throws, or rejects',
      does: 'All its loads fail, and none is kept.',
      memokit: 'The same.',
      async peer() {
        const batch = counted(async (_ids) => Promise.reject(new Error('down')));
        const loader = new DataLoader(batch);
        for (const _ of [1, 2]) await assert.rejects(loader.load(1), /down/);
        equal(batch.runs, 2);
      },
      async ours() {
        const batch = counted(async (_ids) => Promise.reject(new Error('down')));
        const load = memoize.many(batch);
        for (const _ of [1, 2]) await assert.rejects(load(1), /down/);
        equal(batch.runs, 2);
      },
    }),
    row({
      there: '`loader.loadMany(ids)`',
      does: 'It never rejects: the errors are in the list.',
      memokit:
        '`Promise.all(ids.map((id) => load(id)))` rejects with the first error; `Promise.allSettled` tells them all.',
      async peer() {
        const [found, missing] = await new DataLoader(someMissing()).loadMany([1, 0]);
        equal(found, 'user 1', missing instanceof Error, true);
      },
      async ours() {
        const load = memoize.many(someMissing());
        await assert.rejects(Promise.all([1, 0].map((id) => load(id))), /missing/);
        const outcomes = await Promise.allSettled([1, 0].map((id) => load(id)));
        equal(outcomes.map(({ status }) => status).join(), 'fulfilled,rejected');
      },
    }),
    row({
      there: 'an object as the key',
      does: 'It counts by identity, unless `cacheKeyFn` makes something of it.',
      memokit: 'It counts by content. `cacheKeyFn: (user) => user.id` becomes `key: (user) => user.id`.',
      async peer() {
        const batch = users();
        const loader = new DataLoader(batch);
        for (const _ of [1, 2]) await loader.load({ id: 1 });
        equal(batch.runs, 2);
      },
      async ours() {
        const batch = users();
        const load = memoize.many(batch);
        for (const _ of [1, 2]) await load({ id: 1 });
        equal(batch.runs, 1);
      },
    }),
    row({
      there: '`loader.load(undefined)`, or `null`',
      does: 'It throws a `TypeError`.',
      memokit: 'They are keys like others.',
      peer: () => assert.throws(() => new DataLoader(users()).load(undefined), TypeError),
      async ours() {
        equal(await memoize.many(users())(undefined), 'user undefined');
      },
    }),
    row({
      there: '`loader.load(1)`, which is cached, beside a load that is not',
      does: 'It waits for the batch of the other.',
      memokit: 'A hit waits for nothing.',
      async peer() {
        const { batch, release } = heldBatch();
        const loader = new DataLoader(batch).prime(1, 'user 1');
        const [hit, miss] = [loader.load(1), loader.load(2)];
        equal(await isSettled(hit), false);
        release();
        await Promise.all([hit, miss]);
      },
      async ours() {
        const { batch, release } = heldBatch();
        const load = memoize.many(batch);
        cacheOf(load).put([1], 'user 1');
        const [hit, miss] = [load(1), load(2)];
        equal(await isSettled(hit), true);
        release();
        await Promise.all([hit, miss]);
      },
    }),
    row({
      there: '`loader.prime(1, value)`',
      does: 'It changes nothing where the key has a value.',
      memokit: '`cacheOf(load).put([1], value)`: it replaces the value.',
      async peer() {
        const loader = new DataLoader(users()).prime(1, 'first').prime(1, 'second');
        equal(await loader.load(1), 'first');
      },
      async ours() {
        const load = memoize.many(users());
        for (const name of ['first', 'second']) cacheOf(load).put([1], name);
        equal(await load(1), 'second');
      },
    }),
    row({
      there: '`maxBatchSize: 100`',
      does: 'A longer list is split.',
      memokit: 'A batch has no bound: split the list in the batch function where the source needs that.',
      async peer() {
        const batch = users();
        await new DataLoader(batch, { maxBatchSize: 2 }).loadMany([1, 2, 3]);
        equal(batch.runs, 2);
      },
      async ours() {
        const asked = [];
        const load = memoize.many(async (ids) => {
          asked.push(ids.length);
          return ids;
        });
        await Promise.all([1, 2, 3].map((id) => load(id)));
        assert.deepEqual(asked, [3]);
      },
    }),
    row({
      there: '`cache: false`',
      does: 'Nothing is stored, and a key that is asked for twice is in the batch twice.',
      memokit: '`when: () => false`: nothing is stored, and each key is in the batch once.',
      async peer() {
        const asked = [];
        const batch = async (ids) => {
          asked.push([...ids]);
          return ids;
        };
        const loader = new DataLoader(batch, { cache: false });
        await Promise.all([loader.load(1), loader.load(1)]);
        await loader.load(1);
        assert.deepEqual(asked, [[1, 1], [1]]);
      },
      async ours() {
        const asked = [];
        const batch = async (ids) => {
          asked.push([...ids]);
          return ids;
        };
        const load = memoize.many(batch, { when: () => false });
        await Promise.all([load(1), load(1)]);
        await load(1);
        assert.deepEqual(asked, [[1], [1]]);
      },
    }),
  ],
};

function someMissing() {
  return async (ids) => ids.map((id) => (id > 0 ? `user ${id}` : new Error('missing')));
}

/** A batch function that waits until it is released. */
function heldBatch() {
  let release;
  const held = new Promise((resolve) => {
    release = resolve;
  });
  const batch = async (ids) => {
    await held;
    return ids.map((id) => `user ${id}`);
  };
  return { batch, release };
}
