import typescriptMemoizeBy from 'typescript-memoize';
import { cached, cacheOf, invalidateTags } from '../../../../dist/index.js';
import { compile } from '../../service.mjs';
import { assert, counted, decorate, equal, row, time, withDate } from '../row.mjs';

const { clear, Memoize, MemoizeExpiring } = typescriptMemoizeBy;

/** An instance of a class whose method `get` is decorated, and runs a function. */
function serviceOf(decorator, get) {
  class Service {}
  Service.prototype.get = get;
  decorate(Service, 'get', decorator);
  return new Service();
}

const greeting = () => (name, planet) => `${name} on ${planet}`;

const DECORATED = `export default (decorator) => {
  class Service { @decorator get(id) { return id; } }
  return new Service();
};`;

export const typescriptMemoize = {
  name: 'typescript-memoize',
  cases: [
    row({
      there: '`@Memoize()` on a method of several parameters',
      does: "The first argument alone is the key: `greet('Ada', 'Mars')` gives what `greet('Ada', 'Earth')` gave.",
      memokit: '`@cached()`: all arguments count.',
      peer() {
        const service = serviceOf(Memoize(), greeting());
        equal(service.get('Ada', 'Earth'), 'Ada on Earth', service.get('Ada', 'Mars'), 'Ada on Earth');
      },
      ours() {
        const service = serviceOf(cached(), greeting());
        equal(service.get('Ada', 'Earth'), 'Ada on Earth', service.get('Ada', 'Mars'), 'Ada on Mars');
      },
    }),
    row({
      there: "`@Memoize((a, b) => a + ';' + b)`",
      does: "Texts that run together are one key: `get('a;b', 'c')` and `get('a', 'b;c')` share an entry.",
      memokit: '`@cached()`. To leave an argument out: `key: (a, b) => [a, b]`, a list that is compared by content.',
      peer() {
        const service = serviceOf(
          Memoize((a, b) => `${a};${b}`),
          greeting(),
        );
        equal(service.get('a;b', 'c'), service.get('a', 'b;c'));
      },
      ours() {
        for (const options of [{}, { key: (a, b) => [a, b] }]) {
          const service = serviceOf(cached(options), greeting());
          equal(service.get('a;b', 'c'), 'a;b on c', service.get('a', 'b;c'), 'a on b;c');
        }
      },
    }),
    row({
      there: '`@Memoize(true)`, or `{ hashFunction: true }`',
      does: "The key is the arguments' texts: `get(1)` and `get('1')` share an entry, and `null` throws.",
      memokit: '`@cached()`: the types count too.',
      peer() {
        const service = serviceOf(Memoize(true), (value) => typeof value);
        equal(service.get(1), 'number', service.get('1'), 'number');
        assert.throws(() => service.get(null), TypeError);
      },
      ours() {
        const service = serviceOf(cached(), (value) => typeof value);
        equal(service.get(1), 'number', service.get('1'), 'string', service.get(null), 'object');
      },
    }),
    row({
      there: 'an object as the argument',
      does: 'It counts by identity: `get({ id: 1 })` never hits, and an object that has changed gets its old result.',
      memokit: 'It counts by content: both `get({ id: 1 })` share an entry, and a changed object is another call.',
      peer() {
        const get = counted(({ id }) => id);
        const service = serviceOf(Memoize(), get);
        const argument = { id: 1 };
        service.get(argument);
        service.get({ id: 1 });
        argument.id = 2;
        equal(get.runs, 2, service.get(argument), 1);
      },
      ours() {
        const get = counted(({ id }) => id);
        const service = serviceOf(cached(), get);
        const argument = { id: 1 };
        service.get(argument);
        service.get({ id: 1 });
        argument.id = 2;
        equal(get.runs, 1, service.get(argument), 2);
      },
    }),
    row({
      there: '`@MemoizeExpiring(5000)`, or `{ expiring: 5000 }`',
      does: 'Milliseconds, from the call. All objects have one time: a call with one prolongs the entry of another.',
      memokit: '`@cached({ ttl: 5000 })`: milliseconds, from the time the value is there. Each entry has its own time.',
      peer: () =>
        withDate((clock) => {
          const get = counted(() => 1);
          const service = serviceOf(MemoizeExpiring(5000), get);
          const [a, b] = [{ id: 'a' }, { id: 'b' }];
          service.get(a);
          clock.at += 4000;
          service.get(b);
          clock.at += 4000;
          service.get(a);
          equal(get.runs, 2);
          clock.at += 1001;
          service.get(a);
          equal(get.runs, 3);
        }),
      ours() {
        const clock = time();
        const get = counted(() => 1);
        const service = serviceOf(cached({ ttl: 5000, clock }), get);
        const [a, b] = [{ id: 'a' }, { id: 'b' }];
        service.get(a);
        clock.at += 4000;
        service.get(b);
        equal(get.runs, 2);
        clock.at += 4000;
        service.get(a);
        equal(get.runs, 3);
      },
    }),
    row({
      there: 'an async method that rejects',
      does: 'The rejected promise is kept: every later call fails too.',
      memokit: 'A failure is not kept. `errorTtl: 1000` remembers it for a second.',
      async peer() {
        const get = counted(async () => Promise.reject(new Error('down')));
        const service = serviceOf(Memoize(), get);
        await assert.rejects(service.get(1), /down/);
        await assert.rejects(service.get(1), /down/);
        equal(get.runs, 1);
      },
      async ours() {
        for (const [options, runs] of [
          [{}, 2],
          [{ errorTtl: 1000 }, 1],
        ]) {
          const get = counted(async () => Promise.reject(new Error('down')));
          const service = serviceOf(cached(options), get);
          await assert.rejects(service.get(1), /down/);
          await assert.rejects(service.get(1), /down/);
          equal(get.runs, runs);
        }
      },
    }),
    row({
      there: 'a method that is called with many different arguments',
      does: 'Every result is kept as long as its instance.',
      memokit: '128 results are kept for each instance, the most recently used ones. `capacity` sets another number.',
      peer() {
        const get = counted();
        const service = serviceOf(Memoize(), get);
        for (let round = 0; round < 2; round++) for (let id = 0; id < 1000; id++) service.get(id);
        equal(get.runs, 1000);
      },
      ours() {
        for (const [options, size] of [
          [{}, 128],
          [{ capacity: Infinity }, 1000],
        ]) {
          const service = serviceOf(cached(options), (id) => id);
          for (let id = 0; id < 1000; id++) service.get(id);
          equal(cacheOf(service, 'get').size, size);
        }
      },
    }),
    row({
      there: "`@Memoize({ tags: ['users'] })` and `clear(['users'])`",
      does: 'A tag is of the method: all its results go, on all instances.',
      memokit:
        "`tags: (user, id) => ['user:' + id]` and `invalidateTags('user:1')`: a tag is of a result. `cacheOf(users, 'get').clear()` empties one cache.",
      peer() {
        const get = counted();
        const service = serviceOf(Memoize({ tags: ['users'] }), get);
        for (const id of [1, 2]) service.get(id);
        clear(['users']);
        for (const id of [1, 2]) service.get(id);
        equal(get.runs, 4);
      },
      ours() {
        const get = counted();
        const service = serviceOf(cached({ tags: (_user, id) => [`user:${id}`] }), get);
        for (const id of [1, 2]) service.get(id);
        equal(invalidateTags('user:1'), 1);
        for (const id of [1, 2]) service.get(id);
        equal(get.runs, 3);
        cacheOf(service, 'get').clear();
        for (const id of [1, 2]) service.get(id);
        equal(get.runs, 5);
      },
    }),
    row({
      there: 'a frozen instance',
      does: 'The first call throws a `TypeError`: the results are kept in a property of the instance.',
      memokit: 'It is cached as any other.',
      peer: () => assert.throws(() => Object.freeze(serviceOf(Memoize(), counted())).get(1), TypeError),
      ours() {
        const get = counted();
        const service = Object.freeze(serviceOf(cached(), get));
        equal(service.get(1), 1, service.get(1), 1, get.runs, 1);
      },
    }),
    row({
      there: 'a class compiled without `experimentalDecorators`',
      does: 'It throws where the class is defined: `@Memoize` is a decorator of the legacy dialect.',
      memokit: '`@cached` works in both dialects.',
      async peer() {
        const make = await compile(DECORATED, 'standard');
        assert.throws(() => make(Memoize()), TypeError);
      },
      async ours() {
        for (const dialect of ['standard', 'legacy']) equal((await compile(DECORATED, dialect))(cached()).get(1), 1);
      },
    }),
  ],
};
