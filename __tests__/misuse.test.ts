import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { transformSync } from '@babel/core';
import { expect, test } from '@jest/globals';
import {
  cached,
  cachedProxy,
  cacheOf,
  evicts,
  invalidateTags,
  keyOf,
  LruCache,
  MemokitError,
  memoize,
  NotCachedError,
  OptionError,
  puts,
} from 'memokit';
import ts from 'typescript';
import { FOREIGN_NAMES } from '../src/definition/foreign-names.js';
import { error } from './support/error.js';

/** Every message that a mistake meets, with its code. The types forbid most of them, hence the casts. */
const call = (fn: unknown, ...args: unknown[]) => (fn as (...args: unknown[]) => unknown)(...args);
const wrap = (options: unknown) => () => call(memoize, (n: number) => n, options);
const decorate = (options: unknown) => () => call(cached, options);
const build = (options: unknown) => () => new LruCache(options as object);
const place =
  (...args: unknown[]) =>
  () =>
    call(cached(), ...args);
const method = () => 1;

const EXPECTED_CAPACITY =
  'capacity: expected a whole number from 1 to 2^24, or Infinity, or weigh beside it, but got: ';

const options: [title: string, options: unknown, message: string][] = [
  ['a negative capacity', { capacity: -1 }, `${EXPECTED_CAPACITY}number -1`],
  ['capacity 0', { capacity: 0 }, `${EXPECTED_CAPACITY}number 0`],
  ['a fraction as capacity', { capacity: 1.5 }, `${EXPECTED_CAPACITY}number 1.5`],
  ['a text as capacity', { capacity: '5' }, `${EXPECTED_CAPACITY}string 5`],
  ['a bigint as capacity', { capacity: 5n }, `${EXPECTED_CAPACITY}bigint 5`],
  ['a capacity above what a Map holds', { capacity: 2 ** 24 + 1 }, `${EXPECTED_CAPACITY}number 16777217`],
  ['null as capacity', { capacity: null }, `${EXPECTED_CAPACITY}null`],
  ['a clock without now', { clock: {} }, 'clock: expected a function, or an object with now(), but got: object'],
  ['an array for options', [[1, 2]], 'options: expected an object, but got: array'],
  ['null for options', null, 'options: expected an object, but got: null'],
];

const NAMES =
  'capacity ttl key per name when on clock tags staleWhileRevalidate staleIfError revalidate refreshAhead jitter errorTtl timeout softTimeout signal many batchBy freeze waitUntil weigh idle bypass copy store version id check';
const EXPECTED_EXAMPLE = 'options: expected an object, such as ';
const EXPECTED_TIMER = "expected a number above 0, at most 2147483647, or Infinity, or a text such as '90s', but got: ";
const EXPECTED_DURATION = "expected a number from 0, or a text such as '90s', but got: ";
const EXPECTED_TTL = "expected a number above 0, or a text such as '90s', or a function, but got: ";

const ttls: [title: string, ttl: unknown, shown: string][] = [
  ['NaN as ttl', Number.NaN, 'number NaN'],
  ['ttl 0', 0, 'number 0'],
  ['a text as ttl', '1 s', 'string 1 s'],
];

const lruOptions: typeof options = [
  ...ttls.map(([title, ttl, shown]): (typeof options)[0] => [
    ...([title, { ttl }, `ttl: expected a number above 0, but got: ${shown}`] as const),
  ]),
  ['a number for options', 5, 'options: expected an object, but got: number 5'],
  ['an unknown option', { max: 5 }, 'options: expected capacity ttl clock weigh onEvict, but got: string max'],
  ['a weigh that is none', { weigh: 1 }, 'weigh: expected a function, but got: number 1'],
  ['an onEvict that is none', { onEvict: {} }, 'onEvict: expected a function, but got: object'],
  ['capacity 0 with weights', { capacity: 0, weigh: method }, 'capacity: expected a number above 0, but got: number 0'],
];

const callOptions: typeof options = [
  ...ttls.map(([title, ttl, shown]): (typeof options)[0] => [
    ...([title, { ttl }, `ttl: ${EXPECTED_TTL}${shown}`] as const),
  ]),
  ['an unknown option', { maks: 5 }, `options: expected ${NAMES}, but got: string maks`],
  ['a number for options', 1000, `${EXPECTED_EXAMPLE}{ ttl: 1000 } or { capacity: 1000 }, but got: number 1000`],
  ['a text as key', { key: 'id' }, 'key: expected a function, but got: string id'],
  ['an unknown per', { per: 'user' }, "per: expected 'instance', 'class' or a scope, but got: string user"],
  ['a number as name', { name: 5 }, 'name: expected a string, but got: number 5'],
  ['true as when', { when: true }, 'when: expected a function, but got: boolean true'],
  ['a number as freeze', { freeze: 1 }, 'freeze: expected a boolean, but got: number 1'],
  ['a boolean as waitUntil', { waitUntil: true }, 'waitUntil: expected a function, but got: boolean true'],
  ['a function as on', { on: method }, 'on: expected an object, but got: function'],
  ['an unknown event', { on: { hits: method } }, 'on: expected hit miss evict error, but got: string hits'],
  ['a text as tags', { tags: 'a' }, 'tags: expected a function, or an array of strings, but got: string a'],
  ['a number among the tags', { tags: ['a', 5] }, 'tags: expected strings in its array, but got: number 5'],
  ['an AbortSignal as signal', { signal: AbortSignal.abort() }, 'signal: expected a function, but got: object'],
  [
    'a negative staleWhileRevalidate',
    { staleWhileRevalidate: -1 },
    `staleWhileRevalidate: ${EXPECTED_DURATION}number -1`,
  ],
  [
    'true as staleIfError',
    { staleIfError: true },
    `staleIfError: ${EXPECTED_DURATION.replace(', but', ', or an object with for and when, but')}boolean true`,
  ],
  [
    'NaN as errorTtl',
    { errorTtl: Number.NaN },
    `errorTtl: ${EXPECTED_DURATION.replace(', but', ', or a function, but')}number NaN`,
  ],
  ['a text as weigh', { weigh: 'length' }, 'weigh: expected a function, but got: string length'],
  ['idle 0', { idle: 0 }, "idle: expected a number above 0, or a text such as '90s', but got: number 0"],
  ['true as bypass', { bypass: true }, 'bypass: expected a function, but got: boolean true'],
  ['true as copy', { copy: true }, 'copy: expected a function, but got: boolean true'],
  ['a negative revalidate', { revalidate: -1 }, `revalidate: ${EXPECTED_DURATION}number -1`],
  ['refreshAhead 0', { refreshAhead: 0 }, 'refreshAhead: expected a number above 0, at most 1, but got: number 0'],
  [
    'a text as refreshAhead',
    { refreshAhead: '0.5' },
    'refreshAhead: expected a number above 0, at most 1, but got: string 0.5',
  ],
  ['jitter above 1', { jitter: 1.1 }, 'jitter: expected a number from 0 to 1, but got: number 1.1'],
  ['timeout 0', { timeout: 0 }, `timeout: ${EXPECTED_TIMER}number 0`],
  ['a softTimeout that no timer holds', { softTimeout: 2 ** 31 }, `softTimeout: ${EXPECTED_TIMER}number 2147483648`],
  ...['staleWhileRevalidate', 'staleIfError'].map((name): (typeof options)[0] => [
    ...([`${name} without a ttl`, { [name]: 5 }, `${name}: expected a ttl beside it, but got: number 5`] as const),
  ]),
  ...['refreshAhead', 'jitter'].flatMap((name): typeof options => {
    const message = `${name}: expected a finite ttl beside it, but got: number 0.5`;
    return [
      [`${name} without a ttl`, { [name]: 0.5 }, message],
      [`${name} with ttl Infinity`, { ttl: Infinity, [name]: 0.5 }, message],
    ];
  }),
  [
    'softTimeout without staleIfError',
    { ttl: 5, staleWhileRevalidate: 5, softTimeout: 5 },
    'softTimeout: expected staleIfError beside it, but got: number 5',
  ],
  ['an async key', { key: async () => 1 }, 'key: expected a function that is not async, but got: function'],
  ['a listener that is none', { on: { hit: 1 } }, 'on.hit: expected a function, but got: number 1'],
  [
    'many with a key and no batchBy',
    { many: method, key: method },
    'batchBy: expected a function that says who may share a batch (() => 0 if all may), as many has a key, but got: undefined',
  ],
  ['batchBy without many', { batchBy: method }, 'batchBy: expected many beside it, but got: function'],
  ['a text as batchBy', { many: method, batchBy: 'id' }, 'batchBy: expected a function, but got: string id'],
  [
    'an async batchBy',
    { many: method, batchBy: async () => 1 },
    'batchBy: expected a function that is not async, but got: function',
  ],
  ['a number as many', { many: 5 }, 'many: expected the name of a method, or a function, but got: number 5'],
];

for (const [title, bad, message] of [...options, ...lruOptions]) {
  test(`LruCache refuses ${title}`, () => {
    expect(build(bad)).toThrow(error({ code: 'MEMOKIT_BAD_OPTION', message }));
  });
}

for (const [title, bad, message] of [...options, ...callOptions]) {
  test(`memoize and cached refuse ${title}, before any call`, () => {
    const refusal = error({ code: 'MEMOKIT_BAD_OPTION', message });
    expect(wrap(bad)).toThrow(refusal);
    expect(decorate(bad)).toThrow(refusal);
  });
}

test('memoize.many refuses options that are no object, and those that memoize refuses', () => {
  const many = (bad: unknown) => () => call(memoize.many, async () => [], bad);
  for (const [bad, message] of [
    [60_000, `${EXPECTED_EXAMPLE}{ ttl: 1000 } or { capacity: 1000 }, but got: number 60000`],
    [null, 'options: expected an object, but got: null'],
    [[], 'options: expected an object, but got: array'],
    [() => ({}), `${EXPECTED_EXAMPLE}{ key: (id) => id }, but got: function`],
    [{ ttl: -1 }, `ttl: ${EXPECTED_TTL}number -1`],
  ]) {
    expect(many(bad)).toThrow(error({ code: 'MEMOKIT_BAD_OPTION', message: message as string }));
  }
});

test('an option that needs a ttl takes one that is a function, and a stale option takes Infinity', () => {
  for (const needy of [{ staleWhileRevalidate: 5 }, { staleIfError: 5, softTimeout: 5 }]) {
    for (const ttl of [5, () => 5, Infinity]) expect(wrap({ ttl, ...needy })).not.toThrow();
  }
  for (const ttl of [5, () => 5]) expect(wrap({ ttl, refreshAhead: 0.5, jitter: 0.5 })).not.toThrow();
  const off = { staleWhileRevalidate: 0, staleIfError: 0, refreshAhead: 1, jitter: 0, softTimeout: Infinity };
  expect(wrap(off)).not.toThrow();
});

test('an option that is undefined is as if it were not given', () => {
  const undefinedOf = (names: string) => Object.fromEntries(names.split(' ').map((name) => [name, undefined]));
  expect(cacheOf(wrap(undefinedOf(NAMES))() as () => number).capacity).toBe(128);
  expect(decorate(undefinedOf(NAMES))).not.toThrow();
  expect(wrap({ on: undefinedOf('hit miss evict error') })).not.toThrow();
  expect(build(undefinedOf('capacity ttl clock weigh onEvict'))().capacity).toBe(128);
  expect(() => call(evicts, 'get', undefinedOf('when by before'))).not.toThrow();
});

test('set refuses what says something, but no ttl, and changes nothing', () => {
  const cache = new LruCache().set('a', 1);
  for (const [bad, message] of [
    [1000, 'options: expected an object, but got: number 1000'],
    [null, 'options: expected an object, but got: null'],
    [{ maxAge: 5 }, 'options: expected ttl, but got: string maxAge'],
    [{ maxAge: 5, ttl: undefined }, 'options: expected ttl, but got: string maxAge'],
    [{ ttl: null }, 'ttl: expected a number from 0, but got: null'],
  ]) {
    const refusal = error({ code: 'MEMOKIT_BAD_OPTION', message: message as string });
    expect(() => call(cache.set.bind(cache), 'a', 2, bad)).toThrow(refusal);
  }
  expect([...cache.set('b', 1, {})]).toEqual([
    ['a', 1],
    ['b', 1],
  ]);
});

test('resize refuses what is no capacity, and changes nothing', () => {
  const cache = new LruCache({ capacity: 2 });
  for (const bad of [0, Number.NaN, undefined, '1'])
    expect(() => call(cache.resize.bind(cache), bad)).toThrow(EXPECTED_CAPACITY);
  expect(cache.capacity).toBe(2);
});

test('memoize refuses what is no function', () => {
  const refusal = { code: 'MEMOKIT_BAD_ARGUMENT', message: 'fn: expected a function, but got: string fact' };
  expect(() => call(memoize, 'fact')).toThrow(error(refusal));
});

test('memoize and memoize.many refuse a class, and take whatever else can be called', () => {
  class Named {
    static toString() {
      return 'no source';
    }
  }
  class Derived extends Named {}
  for (const made of [Named, Derived, class {}]) {
    const message = 'expected a function, but got: a class';
    expect(() => call(memoize, made)).toThrow(error({ code: 'MEMOKIT_BAD_ARGUMENT', message: `fn: ${message}` }));
    expect(() => call(memoize.many, made)).toThrow(
      error({ code: 'MEMOKIT_BAD_ARGUMENT', message: `batch: ${message}` }),
    );
  }
  // TypeScript and Babel compile a class for ES5 to a function. Babel makes its prototype read-only.
  const compiled = new Function(
    'function Compiled() {} return Object.defineProperty(Compiled, "prototype", { writable: false });',
  )();
  const methods = { class() {}, classOf() {} };
  const taken = [compiled, function classic() {}, function $class() {}, methods.class, methods.classOf, Number, Date];
  for (const fn of [...taken, Named.bind(undefined), async () => {}]) expect(() => call(memoize, fn)).not.toThrow();
});

test('memoize refuses a name as many, unless per says that there are receivers to look on', () => {
  const refusal = { code: 'MEMOKIT_BAD_OPTION', message: 'many: expected a function, but got: string getMany' };
  expect(wrap({ many: 'getMany' })).toThrow(error(refusal));
  expect(wrap({ many: 'getMany', per: 'instance' })).not.toThrow();
});

test('memoize.many refuses what is no function, and bad options', () => {
  const refusal = { code: 'MEMOKIT_BAD_ARGUMENT', message: 'batch: expected a function, but got: string getMany' };
  expect(() => call(memoize.many, 'getMany')).toThrow(error(refusal));
  expect(() => call(memoize.many, method, { capacity: 0 })).toThrow(`${EXPECTED_CAPACITY}number 0`);
});

test('cached refuses many on a getter, at decoration', () => {
  const decorator = cached({ many: 'getMany' });
  const refusal = error({
    code: 'MEMOKIT_BAD_PLACE',
    message: expect.stringMatching(/^(Service\.)?all is a getter, .*: remove many$/),
  });
  class Service {}
  expect(() => call(decorator, Service.prototype, 'all', { get: method })).toThrow(refusal);
  expect(() => call(decorator, method, { kind: 'getter', name: 'all' })).toThrow(refusal);
});

test('a name of no method as many is refused by the first call', async () => {
  const message = (name: string) => `many: expected the name of a method other than ${name}, but got: string getMny`;
  const decorator = cached({ many: 'getMny' });
  class Service {
    readonly getMny = 5;
    async getMany() {}
  }
  const get = call(decorator, method, { kind: 'method', name: 'get' }) as (id: number) => Promise<unknown>;
  const refusal = error({ code: 'MEMOKIT_BAD_OPTION', message: message('Service.get') });
  await expect(get.call(new Service(), 1)).rejects.toEqual(refusal);
  await expect(get.call(undefined, 1)).rejects.toEqual(refusal);
});

test('keyOf and put refuse what is no array of arguments', () => {
  const refusal = error({ code: 'MEMOKIT_BAD_ARGUMENT', message: 'args: expected an array, but got: string a' });
  expect(() => call(keyOf, 'a')).toThrow(refusal);
  const cache = cacheOf(memoize((key: string) => key));
  expect(() => call(cache.put.bind(cache), 'a', 1)).toThrow(refusal);
  expect(cache.size).toBe(0);
});

test('a when that gives a promise is refused, by the call whose result it judges', async () => {
  const judge = async () => false;
  const message = 'when: expected a boolean as its result, but got: object';
  const get = memoize(async (n: number) => n, { when: judge as never });
  await expect(get(1)).rejects.toEqual(error({ code: 'MEMOKIT_BAD_OPTION', message }));
  class Service {
    @evicts('find', () => [1], { when: judge as never })
    save() {}
    @cached()
    find(id: number) {
      return id;
    }
  }
  expect(() => new Service().save()).toThrow(message);
});

test('a callback that gives a promise where a value is due is refused with its name, and a rejection ends nothing', async () => {
  const late = () => Promise.reject(new Error('late'));
  const refusals: [option: string, callback: () => unknown, expected: string][] = [
    ['key', () => Promise.resolve(1), 'a value that is not a promise'],
    ['key', late, 'a value that is not a promise'],
    ['key', () => ['tenant', late()], 'a value that is not a promise'],
    // biome-ignore lint/suspicious/noThenProperty: a thenable is the case
    ['key', () => ({ then: (_: unknown, reject: () => void) => reject() }), 'a value that is not a promise'],
    ['ttl', late, 'a number from 0'],
    ['tags', late, 'an array of strings'],
  ];
  for (const [option, callback, expected] of refusals) {
    const message = `${option}: expected ${expected} as its result, but got: object`;
    const get = memoize((n: number) => n, { [option]: callback });
    expect(() => get(1)).toThrow(error({ code: 'MEMOKIT_BAD_OPTION', message }));
    expect(cacheOf(get).size).toBe(0);
  }
  await new Promise((resolve) => setTimeout(resolve));
});

test('a load that asks for its own key says which function did', () => {
  const cache = new LruCache<string, number>();
  const load = (): Promise<number> => cache.getOrLoad('k', load);
  return expect(load()).rejects.toThrow('getOrLoad called itself with the same arguments before it had returned');
});

for (const [title, args, named] of [
  ['a class', [class Named {}], 'the class or function Named'],
  ['a class, standard', [class Named {}, { kind: 'class', name: 'Named' }], 'the class Named'],
  ['a field', [undefined, { kind: 'field', name: 'f' }], 'the field f'],
  ['a field, legacy', [{}, 'f', undefined], 'the field f'],
  ['a setter', [method, { kind: 'setter', name: 's' }], 'the setter s'],
  ['a setter, legacy', [{}, 's', { set() {} }], 'the setter s'],
  ['an auto-accessor', [{}, { kind: 'accessor', name: 'a' }], 'the accessor a'],
  ['a parameter', [{}, 'm', 0], 'the parameter m'],
  ['a private member, legacy', [{}, '', { value: method }], 'the private member (standard decorators can)'],
  ['a plain function', [method], 'the class or function method'],
] as const) {
  test(`cached refuses to stand on ${title}, and says what works`, () => {
    expect(place(...args)).toThrow(error({ code: 'MEMOKIT_BAD_PLACE', message: expect.stringContaining(named) }));
    expect(place(...args)).toThrow('memoize(fn)');
  });
}

/** Compiles as Next.js does without `experimentalDecorators`: with Babel's helpers for the proposal of 2018. */
function compileAsOf2018(source: string): string {
  const plugins = [['@babel/plugin-proposal-decorators', { version: '2018-09', decoratorsBeforeExport: true }]];
  return transformSync(source, { babelrc: false, configFile: false, plugins })!.code!;
}

for (const [title, source, named] of [
  ['a method', 'class A { @decorate() get() {} }', 'get'],
  ['a getter', 'class A { @decorate() get all() {} }', 'all'],
  ['a static method', 'class A { @decorate() static make() {} }', 'make'],
  ['a computed method', "class A { @decorate() [Symbol('own')]() {} }", 'Symbol(own)'],
  ['a class', '@decorate() class A {}', 'a class'],
] as const) {
  test(`a decorator that a compiler applied by the proposal of 2018 says what to set: ${title}`, () => {
    for (const [name, decorate] of Object.entries({
      cached,
      evicts: () => evicts('get'),
      puts: () => puts('get', () => []),
    })) {
      const message = expect.stringMatching(
        /^@\w+ cannot decorate .* proposal of 2018 .*"experimentalDecorators": true.*\{ "version": "2023-11" \}/,
      );
      const apply = () => new Function('decorate', compileAsOf2018(source))(decorate);
      expect(apply).toThrow(error({ code: 'MEMOKIT_BAD_PLACE', message }));
      expect(apply).toThrow(`@${name} cannot decorate ${named},`);
    }
  });
}

const ACCESSORS = `class Service {
  @decorate() accessor x = 1;
  @decorate() static accessor $y = 2;
  @decorate() accessor ['computed'] = 3;
}`;

const experimentalDecorators = true;

function compile(target: keyof typeof ts.ScriptTarget): string {
  const compilerOptions = { target: ts.ScriptTarget[target], experimentalDecorators };
  return ts.transpileModule(ACCESSORS, { compilerOptions }).outputText;
}

function bundle(...flags: string[]): string {
  const raw = JSON.stringify({ compilerOptions: { experimentalDecorators } });
  const args = ['node_modules/esbuild/bin/esbuild', '--loader=ts', `--tsconfig-raw=${raw}`, ...flags];
  return execFileSync(process.execPath, args, { input: ACCESSORS, encoding: 'utf8' });
}

for (const [title, emit] of [
  ['TypeScript for ES2022', () => compile('ES2022')],
  ['TypeScript for ES2021', () => compile('ES2021')],
  ['TypeScript for ES2015', () => compile('ES2015')],
  ['esbuild for ES2022', () => bundle('--target=es2022')],
  ['esbuild for ES2022, minified', () => bundle('--target=es2022', '--minify')],
  ['esbuild for ES2020', () => bundle('--target=es2020')],
] as const) {
  test(`cached refuses an auto-accessor in the legacy dialect, as ${title} compiles it`, () => {
    const refused: unknown[] = [];
    const decorate = () => (owner: object, name: string, descriptor: PropertyDescriptor) => {
      const message = expect.stringContaining(`@cached cannot decorate the accessor ${name}: it decorates methods and`);
      expect(() => call(cached(), owner, name, descriptor)).toThrow(error({ code: 'MEMOKIT_BAD_PLACE', message }));
      expect(() => call(evicts('other'), owner, name, descriptor)).not.toThrow();
      refused.push(name);
    };
    new Function('decorate', emit())(decorate);
    expect(refused.sort()).toEqual(['$y', 'computed', 'x']);
  });
}

test('cached takes a getter with a setter where either does more than read or write one private field', () => {
  class Service {
    #x = 1;
    #y = 1;
    get computed() {
      return this.#x + 1;
    }
    set computed(value) {
      this.#x = value;
    }
    get validated() {
      return this.#x;
    }
    set validated(value) {
      if (value > 0) this.#x = value;
    }
    get crossed() {
      return this.#x;
    }
    set crossed(value) {
      this.#y = value;
    }
    get alone() {
      return this.#y;
    }
  }
  for (const name of ['computed', 'validated', 'crossed', 'alone']) {
    const descriptor = Object.getOwnPropertyDescriptor(Service.prototype, name);
    expect(() => call(cached(), Service.prototype, name, descriptor)).not.toThrow();
  }
});

for (const [title, args, named] of [
  ['a class', [class Named {}], 'the class or function Named'],
  ['a field', [undefined, { kind: 'field', name: 'f' }], 'the field f'],
  ['a field, legacy', [{}, 'f', undefined], 'the field f'],
  ['a field with a value, legacy', [{}, 'f', { value: 5 }], 'the field f'],
  ['a getter', [method, { kind: 'getter', name: 'g' }], 'the getter g'],
  ['a getter, legacy', [{}, 'g', { get() {}, set: undefined }], 'the getter g'],
  ['a parameter', [{}, 'm', 0], 'the parameter m'],
  ['a private member, legacy', [{}, '', { value: method }], 'the private member (standard decorators can)'],
] as const) {
  test(`evicts and puts refuse to stand on ${title}, and say what works`, () => {
    const refusal = error({ code: 'MEMOKIT_BAD_PLACE', message: expect.stringContaining(named) });
    for (const mutator of [evicts('get'), puts('get', () => [])]) {
      expect(() => call(mutator, ...args)).toThrow(refusal);
      expect(() => call(mutator, ...args)).toThrow('write cacheOf(receiver, name)');
    }
    expect(() => call(evicts('get'), ...args)).toThrow('it decorates methods and setters');
  });
}

test('puts refuses to stand on a setter, which has no result, and says what works', () => {
  for (const args of [
    [method, { kind: 'setter', name: 's' }],
    [{}, 's', { get() {}, set() {} }],
  ]) {
    expect(() =>
      call(
        puts('get', () => []),
        ...args,
      ),
    ).toThrow('@puts cannot decorate the setter s: it decorates methods');
    expect(() =>
      call(
        puts('get', () => []),
        ...args,
      ),
    ).toThrow('write @evicts');
  }
});

const BAD_NAME = 'name: expected the name of a cached method or getter, but got: ';

for (const [title, given, message] of [
  ['a method for a name', [method, 'get'], `${BAD_NAME}function`],
  ['null for a name', ['get', null], `${BAD_NAME}null`],
  ['undefined for a name', ['get', undefined, method], `${BAD_NAME}undefined`],
  ['an array in an array', [['get', ['find']], method], `${BAD_NAME}array`],
  ['no parentheses, legacy', [{}, 'm', { value: method }], `${BAD_NAME}object`],
] as const) {
  test(`evicts and puts refuse ${title}, at decoration`, () => {
    const refusal = error({ code: 'MEMOKIT_BAD_ARGUMENT', message });
    for (const mutator of [evicts, puts]) expect(() => call(mutator, ...given)).toThrow(refusal);
  });
}

for (const given of [[], [[]], [{}], [method, {}], [method, { kind: 'method', name: 'm' }]]) {
  test(`evicts and puts without a name say to write one, given ${given.length ? given.map((part) => JSON.stringify(part) ?? 'a function').join(' and ') : 'nothing'}`, () => {
    const code = 'MEMOKIT_BAD_ARGUMENT';
    expect(() => call(evicts, ...given)).toThrow(
      error({ code, message: expect.stringContaining("write @evicts('name'") }),
    );
    expect(() => call(puts, ...given)).toThrow(error({ code, message: expect.stringContaining("write @puts('name'") }));
  });
}

for (const [title, bad, message] of [
  ['a when that is none', { when: true }, 'when: expected a function, but got: boolean true'],
  ['an unknown by', { by: 'name' }, "by: expected 'arguments' or 'result', but got: string name"],
  ['a text as soft', { soft: 'yes' }, 'soft: expected a boolean, but got: string yes'],
  ['a defer that is none', { defer: {} }, 'defer: expected a function, but got: object'],
] as const) {
  test(`evicts and puts refuse ${title}, at decoration`, () => {
    const refusal = error({ code: 'MEMOKIT_BAD_OPTION', message });
    for (const mutator of [evicts, puts]) expect(() => call(mutator, 'get', method, bad)).toThrow(refusal);
  });
}

for (const [title, given, message] of [
  ['an unknown option', ['get', { after: true }], 'options: expected when by before soft defer, but got: string after'],
  ['a text as before', ['get', { before: 'yes' }], 'before: expected a boolean, but got: string yes'],
  [
    'arguments by a result that is not there yet',
    ['get', method, { before: true, by: 'result' }],
    "by: expected 'arguments' when before is true, but got: string result",
  ],
  [
    'to defer what is to be done before',
    ['get', method, { before: true, defer: method }],
    'defer: expected none when before is true, but got: function',
  ],
] as const) {
  test(`evicts refuses ${title}, at decoration`, () => {
    expect(() => call(evicts, ...given)).toThrow(error({ code: 'MEMOKIT_BAD_OPTION', message }));
  });
}

test('puts refuses the option before, and to do without an argument function', () => {
  const option = 'options: expected when by soft defer, but got: string before';
  expect(() => call(puts, 'get', method, { before: true })).toThrow(
    error({ code: 'MEMOKIT_BAD_OPTION', message: option }),
  );
  const missing = 'args: expected a function, but got: undefined';
  expect(() => call(puts, 'get')).toThrow(error({ code: 'MEMOKIT_BAD_ARGUMENT', message: missing }));
});

test('cached without parentheses says to write them', () => {
  expect(() => call(cached, method, { kind: 'method', name: 'm' })).toThrow('write @cached()');
  expect(() => call(cached, {}, 'm', { value: method })).toThrow('write @cached()');
  expect(() => call(cached, class {})).toThrow('write @cached()');
});

test('a function in the place of options is refused, with what to write', () => {
  const message = `${EXPECTED_EXAMPLE}{ key: (id) => id }, but got: function`;
  expect(wrap(method)).toThrow(error({ code: 'MEMOKIT_BAD_OPTION', message }));
  for (const fn of [method, class {}]) {
    const hint =
      '@cached needs parentheses: write @cached() on a method, @cached({ key: fn }) for a key of its own, and memoize(fn) for a function';
    expect(() => call(cached, fn)).toThrow(error({ code: 'MEMOKIT_BAD_PLACE', message: hint }));
  }
});

/** The words of other libraries, each with the memokit word that its message must begin with. */
const FOREIGN_WORDS = {
  max: 'capacity',
  maxSize: 'capacity',
  maximumSize: 'capacity',
  maxsize: 'capacity',
  maxAge: 'ttl, in milliseconds',
  expiring: 'ttl, in milliseconds',
  ttlSeconds: 'ttl, in milliseconds instead of seconds',
  staleTime: 'ttl, in milliseconds',
  grace: 'staleIfError, in milliseconds',
  stale: 'staleWhileRevalidate, in milliseconds',
  swr: 'staleWhileRevalidate, in milliseconds',
  allowStale: 'staleWhileRevalidate, in milliseconds',
  hardTimeout: 'timeout, in milliseconds',
  preFetch: 'refreshAhead, the fraction of ttl that has passed instead of the one that is left',
  cacheKey: 'key',
  normalizer: 'key',
  resolver: 'key',
  serialize: 'key',
  hashFunction: 'key',
  isCacheable: 'when',
  condition: 'bypass, which says what not to cache',
  unless: 'when, which says what to store',
  shouldCache: 'when',
  forceFresh: 'cacheOf(…).refresh(…)',
  forceRefresh: 'cacheOf(…).refresh(…)',
  dispose: 'on.evict',
  onEvict: 'on.evict',
  onEviction: 'on.evict',
  updateAgeOnGet: 'idle, in milliseconds',
  sizeCalculation: 'weigh',
};

for (const [word, known] of Object.entries(FOREIGN_WORDS)) {
  test(`memoize and cached say what memokit calls the option of another library: ${word}`, () => {
    const message = expect.stringContaining(`${word}: not an option; memokit calls it ${known}`);
    const refusal = error({ code: 'MEMOKIT_BAD_OPTION', message });
    const bad = { name: 'square', [word]: 5 };
    for (const use of [wrap(bad), decorate(bad), () => call(memoize.with, bad), () => call(cached.with, bad)])
      expect(use).toThrow(refusal);
    expect(() => call(memoize.many, method, bad)).toThrow(refusal);
    expect(() => call(cachedProxy, { method }, { method: bad })).toThrow(`method: ${word}: not an option`);
    expect(wrap({ on: { [word]: method } })).toThrow(refusal);
  });
}

test('each word that the table of foreign words recommends exists in memokit, and none of the foreign words does', () => {
  const words = Object.values(FOREIGN_NAMES).flatMap((names) => names.split(' '));
  expect(words.sort()).toEqual(Object.keys(FOREIGN_WORDS).sort());
  const namesIn = (file: string, pattern: RegExp) =>
    [...readFileSync(file, 'utf8').matchAll(pattern)].map(([, name]) => name!);
  const options = namesIn('src/definition/options.ts', /^ {2}readonly (\w+)\?:/gm);
  const events = namesIn('src/definition/options.ts', /^ {8}readonly (\w+)\?:/gm).map((name) => `on.${name}`);
  const methods = namesIn('src/memoize/call-cache.ts', /^ {2}(\w+)\(/gm).map((name) => `cacheOf(…).${name}(…)`);
  expect(events).toContain('on.hit');
  expect(words.filter((word) => options.includes(word))).toEqual([]);
  const recommended = Object.keys(FOREIGN_NAMES).map((known) => known.split(',')[0]!);
  expect(recommended.filter((name) => ![...options, ...events, ...methods].includes(name))).toEqual([]);
});

test('cached refuses what is cached already, whatever stands between', () => {
  const context = { kind: 'method', name: 'm' };
  const once = call(cached(), method, context) as () => number;
  const between = call(evicts('other'), once, context);
  for (const known of [once, between, memoize(method)]) {
    expect(() => call(cached(), known, context)).toThrow(
      error({ code: 'MEMOKIT_BAD_PLACE', message: 'm is already cached: remove one of the two @cached()' }),
    );
  }
});

test('generator functions are refused, with what to do', () => {
  function* numbers() {
    yield 1;
  }
  async function* later() {
    yield 1;
  }
  for (const generator of [numbers, later]) {
    expect(() => memoize(generator)).toThrow(
      error({ code: 'MEMOKIT_BAD_PLACE', message: expect.stringContaining('return an array') }),
    );
    expect(place(generator, { kind: 'method', name: 'm' })).toThrow('m is a generator');
    for (const mutator of [evicts('get'), puts('get', () => [])]) {
      const refusal = {
        code: 'MEMOKIT_BAD_PLACE',
        message: expect.stringContaining('m is a generator, so there is no moment at which it succeeds'),
      };
      expect(() => call(mutator, generator, { kind: 'method', name: 'm' })).toThrow(error(refusal));
      expect(() => call(mutator, {}, 'm', { value: generator })).toThrow('return an array');
    }
  }
});

test('cacheOf refuses what is not cached, and says how to name what is', () => {
  class Service {
    plain() {}
  }
  for (const args of [[method], [new Service(), 'plain'], [new Service(), 'none'], [new Service(), undefined]]) {
    expect(() => call(cacheOf, ...args)).toThrow(error({ code: 'MEMOKIT_NOT_CACHED' }));
  }
  expect(() => cacheOf(method)).toThrow('method is not cached');
  expect(() => cacheOf(() => 1)).toThrow('a function is not cached');
  const perInstance = memoize(method, { per: 'instance' });
  expect(() => cacheOf(perInstance)).toThrow('cacheOf(receiver, method)');
});

test('every error is a MemokitError and an Error', () => {
  for (const mistake of [build({ ttl: -1 }), wrap({ ttl: -1 }), place({}), () => cacheOf(method)]) {
    expect(mistake).toThrow(MemokitError);
    expect(mistake).toThrow(Error);
  }
  for (const [error, name] of [
    [OptionError, 'OptionError'],
    [NotCachedError, 'NotCachedError'],
  ] as const) {
    expect(new error('m')).toMatchObject({ name, message: 'm' });
  }
});

/** What puts a value of the user into a message, and the beginning of that message. */
const SHOWN: [place: string, fail: (secret: unknown) => unknown][] = [
  ['an option', (secret) => call(memoize, method, { capacity: secret })],
  ['the name of an option', (secret) => call(memoize, method, { [String(secret)]: 1 })],
  ['options', (secret) => call(memoize, method, secret)],
  ['a result of ttl', (secret) => call(memoize(method, { ttl: () => secret as number }))],
  ['a result of tags', (secret) => call(memoize(method, { tags: () => secret as string[] }))],
  ['a result of signal', (secret) => call(memoize(async () => 1, { signal: () => secret as AbortSignal }))],
  ['a result of a clock', (secret) => call(memoize(method, { ttl: 5, clock: () => secret as number }))],
  ['a result of weigh', (secret) => new LruCache({ weigh: () => secret as number }).set(1, 1)],
  ['the ttl of set', (secret) => new LruCache().set(1, 1, { ttl: secret as number })],
  ['put', (secret) => call(cacheOf(memoize(method)).put.bind(cacheOf(memoize(method))), secret, 1)],
  ['keyOf', (secret) => call(keyOf, secret)],
  ['a tag', (secret) => call(invalidateTags, typeof secret === 'string' ? Symbol(secret) : secret)],
  ['a function', (secret) => call(memoize, secret)],
  ['a batch method', (secret) => call(memoize.many, secret)],
  [
    'the result of a batch',
    (secret) =>
      call(
        memoize.many(() => secret as []),
        1,
      ),
  ],
  [
    'the name of a batch method',
    (secret) => call(memoize(method as never, { many: String(secret), per: 'instance' }), 1),
  ],
  ['a name of evicts', (secret) => call(evicts, typeof secret === 'string' ? null : secret, { by: secret })],
  ['by', (secret) => call(evicts, 'get', { by: secret })],
  ['a target', (secret) => call(cachedProxy, secret, {})],
  ['a method of a target', (secret) => call(cachedProxy, { secret }, { secret: {} })],
];

for (const [place, fail] of SHOWN) {
  test(`a message shows at most 32 characters of a value: ${place}`, async () => {
    for (const secret of ['x'.repeat(1000), 7n ** 1000n]) {
      const thrown = await (async () => fail(secret))().catch((error: Error) => error);
      expect(thrown).toBeInstanceOf(MemokitError);
      const { message } = thrown as Error;
      expect(message.match(/x{3,}|\d{12,}/)?.[0].length ?? 0).toBeLessThanOrEqual(32);
    }
  });
}

test('a message shows at most 100 characters of a name that is not cached', () => {
  for (const name of ['x'.repeat(1000), Symbol('x'.repeat(1000))]) {
    expect(() => cacheOf({}, name as never)).toThrow(/^Object\.(Symbol\()?x{93,100}… is not cached/);
  }
});

test('a bigint of any size is refused at once, without its digits where they are more than 32', () => {
  const large = 1n << 100_000_000n;
  for (const value of [large, -large]) {
    const message = 'fn: expected a function, but got: bigint';
    expect(() => call(memoize, value)).toThrow(error({ code: 'MEMOKIT_BAD_ARGUMENT', message }));
  }
  expect(() => call(memoize, -(10n ** 30n))).toThrow(`bigint -1${'0'.repeat(30)}`);
});
