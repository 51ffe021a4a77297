import * as nodeCrypto from 'node:crypto';
import { readFileSync } from 'node:fs';
import * as nodeV8 from 'node:v8';
import { runInNewContext } from 'node:vm';
import * as nodeZlib from 'node:zlib';
import { expect, jest, test } from '@jest/globals';
import * as v from 'valibot';
import { z } from 'zod';
import {
  type Codec,
  CodecError,
  compressed,
  decodeEntry,
  encodeEntry,
  encrypted,
  json,
  portable,
  readHeader,
  type Schema,
  type SyncCodec,
  survives,
  UnreadableError,
  v8,
} from '../src/adapters/index.js';
import { run } from './support/run.js';
import { HEADER, storedValues, written } from './support/stored-values.js';

const key = (byte: number): Uint8Array => new Uint8Array(32).fill(byte);
const sync = (codec: Codec): SyncCodec => {
  expect(codec.isSync).toBe(true);
  return codec as SyncCodec;
};

/** What a function throws. */
function thrownBy(run: () => unknown): Error & { code?: string } {
  try {
    run();
  } catch (error) {
    return error as Error;
  }
  throw new Error('nothing was thrown');
}

/** Runs a function on a platform without the modules of Node. */
async function withoutNode<T>(run: () => T): Promise<Awaited<T>> {
  const replaced = jest.spyOn(process, 'getBuiltinModule').mockReturnValue(undefined as never);
  try {
    return await run();
  } finally {
    replaced.mockRestore();
  }
}

for (const [name, value] of Object.entries(storedValues())) {
  test(`portable carries ${name}`, () => {
    const after = portable().decode(portable().encode(value)) as never;
    // A view of a part of a buffer comes back with a buffer of its own, which `written` does not show.
    expect(written(after)).toBe(written(value));
    expect(survives(portable(), value)).toBe(undefined);
  });
}

/** What Node 20 wrote, as hexadecimal digits: `npx tsx __tests__/fixtures/write.ts` writes the file. */
const STORED = JSON.parse(readFileSync('__tests__/fixtures/portable.json', 'utf8')) as Record<string, string>;

test('each platform and version reads what another one wrote, and writes the same bytes', () => {
  const values = storedValues();
  expect(Object.keys(STORED)).toEqual(Object.keys(values));
  for (const [name, digits] of Object.entries(STORED)) {
    const bytes = Buffer.from(digits, 'hex');
    const read = decodeEntry(portable(), bytes);
    expect({ name, miss: read.miss }).toEqual({ name, miss: undefined });
    if (read.miss === undefined) expect(written(read.value)).toBe(written(values[name]));
    expect({ name, digits: Buffer.from(encodeEntry(portable(), HEADER, values[name])).toString('hex') }).toEqual({
      name,
      digits,
    });
  }
});

test('the name and path of a part that cannot be stored begin the message', () => {
  const error = thrownBy(() => portable().encode({ items: [1, 2, 3, { save() {} }] }));
  expect(error).toBeInstanceOf(CodecError);
  expect(error).toMatchObject({ code: 'MEMOKIT_NOT_STORABLE', message: 'result.items[3].save: a function' });
  const cases: [unknown, string][] = [
    [
      {
        get a() {
          return 1;
        },
      },
      'result.a: a property with a getter or setter',
    ],
    [Object.defineProperty({}, 'h', { value: 1 }), 'result.h: a property that is not enumerable'],
    [{ [Symbol('s')]: 1 }, 'result[Symbol(s)]: a property under a symbol'],
    [Object.assign(new Error('x'), { [Symbol('s')]: 1 }), 'result[Symbol(s)]: a property under a symbol'],
    [Object.defineProperty([1], 0, { enumerable: false }), 'result[0]: a property that is not enumerable'],
    [new URLSearchParams('a=1'), 'result: an instance of URLSearchParams'],
    [Object.assign(/a/, { lastIndex: 'x' }), 'result: a RegExp whose lastIndex is no number'],
  ];
  for (const [value, message] of cases) expect(thrownBy(() => portable().encode(value)).message).toBe(message);
});

/** Gives an object a property that is not enumerable. */
const hide = <T extends object>(object: T, name: PropertyKey): T =>
  Object.defineProperty(object, name, { value: 1, configurable: true, writable: true });

test('properties that a program gave to an object of a built-in class are refused, hidden ones too', () => {
  const s = Symbol('s');
  const tag = (strings: TemplateStringsArray): TemplateStringsArray => strings;
  const cases: [object, string][] = [
    [tag`text`, 'result.raw: a property that is not enumerable'],
    [hide([1, 2], 'h'), 'result.h: a property that is not enumerable'],
    [hide([], 'h'), 'result.h: a property that is not enumerable'],
    [hide(Array(1024).fill(1), 'h'), 'result.h: a property that is not enumerable'],
    [hide(Array(9000).fill(1), s), 'result[Symbol(s)]: a property under a symbol'],
    [hide(new Error('x'), 'h'), 'result.h: a property that is not enumerable'],
    [hide(new Error('x'), s), 'result[Symbol(s)]: a property under a symbol'],
  ];
  const builtIn: [string, () => object][] = [
    ['Uint8Array', () => new Uint8Array(3)],
    ['Float64Array', () => new Float64Array(1024)],
    ['Buffer', () => Buffer.from('abc')],
    ['DataView', () => new DataView(new ArrayBuffer(8192))],
    ['ArrayBuffer', () => new ArrayBuffer(3)],
    ['Map', () => new Map()],
    ['Set', () => new Set([1])],
    ['Date', () => new Date()],
    ['RegExp', () => /a/],
    ['URL', () => new URL('http://a')],
  ];
  for (const [name, make] of builtIn) {
    cases.push([Object.assign(make(), { extra: 1 }), `result.extra: a property of an instance of ${name}`]);
    cases.push([hide(make(), 'extra'), `result.extra: a property of an instance of ${name}`]);
    cases.push([hide(make(), s), `result[Symbol(s)]: a property of an instance of ${name}`]);
    expect(survives(portable(), make())).toBe(undefined);
  }
  for (const [value, message] of cases) {
    expect({ message, told: thrownBy(() => portable().encode(value)).message }).toEqual({ message, told: message });
  }
});

test('the self-check finds what encoding does not look for: properties of long arrays and views, getters of elements', () => {
  const cases: [object, string][] = [
    [hide(Array(5000).fill(1), 'h'), 'result.h: a property got lost'],
    [hide(new Uint8Array(5000), 'h'), 'result.h: a property got lost'],
    [Object.assign(new Uint8Array(5000), { h: 1 }), 'result.h: a property got lost'],
    [Object.defineProperty([1], 0, { get: () => 1 }), 'result[0]: a property with a getter or setter'],
    [Object.setPrototypeOf(new Date(), Object.prototype), 'result: an instance of Object came back as'],
  ];
  for (const [value, message] of cases) {
    expect(() => portable().encode(value)).not.toThrow();
    expect(survives(portable(), value)).toMatch(new RegExp(`^${message.replace(/[[\]]/g, '\\$&')}`));
  }
});

test('a typed array that only looks like one of another class is refused', () => {
  const disguised = Object.setPrototypeOf(new Float32Array([1.5]), Uint8Array.prototype);
  expect(thrownBy(() => portable().encode(disguised)).message).toBe(
    'result: a proxy of, or an object that only looks like, an instance of Uint8Array',
  );
});

test('a size that the format cannot have is refused', () => {
  const liar = new Proxy([1, 2], { get: (array, name) => (name === 'length' ? 1e10 : Reflect.get(array, name)) });
  expect(thrownBy(() => portable().encode({ liar }))).toMatchObject({
    code: 'MEMOKIT_NOT_STORABLE',
    message: 'result.liar: reading it threw RangeError',
  });
});

test('a Map that changes while it is stored is refused', () => {
  const map = new Map<unknown, unknown>();
  const growing = { ...money, encode: () => map.set('more', 1) && 1 };
  map.set('price', new Money(1, {}));
  expect(thrownBy(() => portable({ classes: [growing] }).encode(map)).message).toMatch(
    /: a Map or Set that changed while it was stored$/,
  );
});

test('what a trap throws is the cause of a refusal', () => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  const error = thrownBy(() => portable().encode({ a: proxy }));
  expect(error).toBeInstanceOf(CodecError);
  expect(error.message).toBe('result.a: reading it threw TypeError');
  expect(error.cause).toBeInstanceOf(TypeError);
});

test('a proxy of a plain object is stored as the object that it looks like', () => {
  expect(portable().decode(portable().encode(new Proxy({ a: 1 }, {})))).toEqual({ a: 1 });
});

test('objects of another realm come back as those of this one', () => {
  const foreign = runInNewContext('({ list: [1], map: new Map([[1, new Date(5)]]), error: new TypeError("x") })');
  const after = portable().decode(portable().encode(foreign)) as any;
  expect(Object.getPrototypeOf(after)).toBe(Object.prototype);
  expect(after.map).toBeInstanceOf(Map);
  expect(after.map.get(1)).toBeInstanceOf(Date);
  expect(after.error).toBeInstanceOf(TypeError);
  expect(survives(portable(), foreign)).toBe(undefined);
});

test('values that are nested too deeply are refused, and such bytes are not read', () => {
  let deep: unknown = 1;
  for (let i = 0; i < 1000; i++) deep = [deep];
  expect(survives(portable(), deep)).toBe(undefined);
  expect(thrownBy(() => portable().encode([deep])).message).toMatch(
    /^result\[0\].*: nested deeper than 1000 containers$/,
  );
  const bytes = new Uint8Array(200_000).map((_, i) => (i % 2 === 0 ? 12 : 1));
  expect(thrownBy(() => portable().decode(bytes))).toBeInstanceOf(UnreadableError);
});

test('bytes that promise more than they have take no memory', () => {
  const huge = [0xff, 0xff, 0xff, 0xff, 0x0f];
  for (const tag of [6, 7, 10, 12, 14, 15, 19]) {
    expect(thrownBy(() => portable().decode(Uint8Array.of(tag, ...huge)))).toBeInstanceOf(UnreadableError);
  }
  // An array of 30 million holes. The engine would take 240 MB for its elements.
  const before = process.memoryUsage().rss;
  const holes = [...Array(20)].map(
    () => portable().decode(Uint8Array.of(13, 0x80, 0x87, 0xa7, 0x0e, 10, 0)) as unknown[],
  );
  expect(holes[0]!.length).toBe(30_000_000);
  expect(process.memoryUsage().rss - before).toBeLessThan(200e6);
});

class Money {
  readonly #cents: number;
  constructor(
    cents: number,
    readonly currency: object,
  ) {
    this.#cents = cents;
  }
  get cents(): number {
    return this.#cents;
  }
}

const money = {
  name: 'money',
  class: Money,
  encode: (value: Money) => ({ cents: value.cents, currency: value.currency }),
  decode: ({ cents, currency }: { cents: number; currency: object }) => new Money(cents, currency),
};

test('a registered class is stored by what it returns, and shares with the rest of the value', () => {
  const codec = portable({ classes: [money] });
  const euro = { name: 'EUR' };
  const price = new Money(5, euro);
  const after = codec.decode(codec.encode({ euro, prices: [price, new Money(7, euro), price] })) as any;
  expect(after.prices[1]).toBeInstanceOf(Money);
  expect(after.prices.map(({ cents }: Money) => cents)).toEqual([5, 7, 5]);
  expect(after.prices[2]).toBe(after.prices[0]);
  expect(after.prices[1].currency).toBe(after.euro);
  class Rebate extends Money {}
  expect(thrownBy(() => codec.encode([new Rebate(1, {})])).message).toBe('result[0]: an instance of Rebate');
  const loop: { price?: Money } = {};
  loop.price = new Money(1, loop);
  expect(thrownBy(() => codec.encode(loop)).message).toMatch(/must not contain itself or what contains it$/);
});

test('an entry of a class that is no longer registered is a miss', () => {
  const bytes = encodeEntry(portable({ classes: [money] }), HEADER, new Money(1, {}));
  const { miss, error } = decodeEntry(portable(), bytes) as { miss: string; error: Error };
  expect(miss).toBe('unreadable');
  expect(error).toBeInstanceOf(UnreadableError);
});

test('registered classes are checked', () => {
  const wrong = (classes: unknown): string => thrownBy(() => portable({ classes } as never)).message;
  expect(wrong(1)).toBe('classes: expected an array, but got: number 1');
  expect(wrong([{ ...money, name: '' }])).toBe('classes: name: expected a text that is not empty, but got: string ');
  expect(wrong([{ ...money, class: 1 }])).toBe('classes: class of money: expected a class, but got: number 1');
  expect(wrong([{ ...money, decode: 1 }])).toBe('classes: decode of money: expected a function, but got: number 1');
  expect(wrong([money, { ...money, name: 'other' }])).toBe('classes: other is registered twice');
});

test('the header comes back, and can be read without the value', () => {
  const bytes = encodeEntry(portable(), HEADER, { a: 1 });
  expect(decodeEntry(portable(), bytes)).toEqual({ header: HEADER, value: { a: 1 } });
  expect(readHeader(bytes)).toEqual({ ...HEADER, codec: 'portable' });
  const { key: _, ...short } = HEADER;
  expect(decodeEntry(portable(), encodeEntry(portable(), short, 1))).toEqual({ header: short, value: 1 });
});

test('the header says whether the method returned a promise, with a key and without', () => {
  for (const key of [undefined, 'k']) {
    for (const isPromised of [true, false]) {
      const { key: _, ...header } = { ...HEADER, isPromised };
      const whole = key === undefined ? header : { ...header, key };
      expect(decodeEntry(portable(), encodeEntry(portable(), whole, 1))).toEqual({ header: whole, value: 1 });
    }
  }
});

test('an entry says why it cannot be read', () => {
  const bytes = encodeEntry(portable(), HEADER, 'value');
  const changed = (at: number, byte: number) => Object.assign(bytes.slice(), { [at]: byte });
  expect(readHeader(changed(4, 2))).toBe('newer');
  expect(readHeader(changed(4, 0))).toBe('older');
  expect(readHeader(changed(0, 0))).toBe('foreign');
  expect(readHeader(changed(bytes.length - 1, 0))).toBe('damaged');
  expect(readHeader(bytes.slice(0, -1))).toBe('damaged');
  expect(readHeader(new Uint8Array())).toBe('foreign');
  expect(decodeEntry(json(), bytes)).toEqual({ miss: 'codec' });
});

test('the check sum is the CRC-32 of zlib', () => {
  const bytes = encodeEntry(portable(), HEADER, 'some value');
  const sum = new DataView(bytes.buffer).getUint32(5, true);
  const gzip = nodeZlib.gzipSync(bytes.subarray(9));
  expect(sum).toBe(gzip.readUInt32LE(gzip.length - 8));
});

test('json stores what JSON can carry, and refuses the rest by path', () => {
  const plain = { a: [1, 'é\ud800', null, true, { b: 0.5 }] };
  expect(new TextDecoder().decode(json().encode(plain))).toBe(JSON.stringify(plain));
  expect(json().decode(json().encode(plain))).toEqual(plain);
  expect(json().decode(json().encode({ a: plain, b: plain }))).toEqual({ a: plain, b: plain });
  const cases: [unknown, RegExp][] = [
    [{ at: new Date(0) }, /^result\.at: an instance of Date came back as a string that differs$/],
    [{ a: undefined }, /^result\.a: a property got lost$/],
    [[undefined], /^result\[0\]: undefined came back as null that differs$/],
    [[1, -0], /^result\[1\]: /],
    [[Number.NaN], /^result\[0\]: /],
    [{ n: [1n] }, /^result\.n\[0\]: a bigint/],
    [{ m: new Map([[1, 2]]) }, /^result\.m: an instance of Map came back as an instance of Object that differs$/],
    [[1, , 2], /^result/],
    [undefined, /^result: undefined/],
    [() => 1, /^result: a function/],
    [{ m: new Money(1, {}) }, /^result\.m: an instance of Money/],
  ];
  for (const [refused, message] of cases) expect(thrownBy(() => json().encode(refused)).message).toMatch(message);
  const cycle: Record<string, unknown> = {};
  cycle.self = cycle;
  expect(thrownBy(() => json().encode(cycle))).toBeInstanceOf(CodecError);
});

test('v8 stores what node:v8 carries, and refuses by path what would come back as another thing', () => {
  const shared = { a: 1 };
  const value = {
    map: new Map([[1, new Date(5)]]),
    holes: [1, , 2],
    shared: [shared, shared],
    bytes: Buffer.from('b'),
    n: -0,
  };
  const codec = v8();
  expect(written(codec.decode(codec.encode(value)))).toBe(written(value));
  expect(v8(nodeV8).decode(codec.encode(value))).toEqual(value);
  const cases: [unknown, RegExp][] = [
    [{ url: new URL('http://a') }, /^result\.url: an instance of URL came back as an instance of Object that differs$/],
    [[new Money(1, {})], /^result\[0\]: an instance of Money/],
    [{ e: Object.assign(new Error('x'), { code: 'E' }) }, /^result\.e\.code: a property got lost$/],
    [Object.create(null), /^result: an object with another prototype came back/],
    [{ [Symbol('s')]: 1 }, /^result\[Symbol\(s\)\]: a property got lost$/],
    [{ f() {} }, /^result: node:v8 cannot have it: /],
  ];
  for (const [refused, message] of cases) expect(thrownBy(() => codec.encode(refused)).message).toMatch(message);
});

test('a typed array that v8 has read does not change with the bytes of the store', () => {
  const bytes = v8().encode(new Uint8Array([1, 2, 3]));
  const after = v8().decode(bytes);
  bytes.fill(0);
  expect(after).toEqual(new Uint8Array([1, 2, 3]));
});

test('v8 says what it needs where it cannot ask the platform', async () => {
  await withoutNode(() => expect(() => v8()).toThrow('give v8 the module node:v8'));
});

const LARGE = { text: 'abc '.repeat(10_000) };
const ALGORITHMS = ['brotli', 'gzip', ...('zstdCompressSync' in nodeZlib ? ['zstd' as const] : [])] as const;

for (const algorithm of ALGORITHMS) {
  test(`values above a size are compressed with ${algorithm}`, () => {
    const codec = sync(compressed(portable(), { algorithm }));
    const bytes = codec.encode(LARGE);
    expect(bytes.length).toBeLessThan(500);
    expect(codec.decode(bytes)).toEqual(LARGE);
    expect(sync(compressed(portable())).decode(bytes)).toEqual(LARGE);
    expect(codec.encode('short').length).toBe(portable().encode('short').length + 1);
  });
}

test('no more bytes are decompressed than an entry may have', () => {
  const bomb = sync(compressed(portable(), { algorithm: 'gzip' })).encode('a'.repeat(1e7));
  const bounded = compressed(portable(), { maxBytes: 1e6 });
  expect(thrownBy(() => bounded.decode(bomb)).message).toBe('a value is larger than maxBytes');
  // The number of bytes that the entry says is 1.
  const size = [...new Uint8Array(nodeZlib.gzipSync(new Uint8Array(1e7)))];
  expect(() => bounded.decode(Uint8Array.of(3, 1, ...size))).toThrow();
});

test('without node:zlib values are compressed with the streams of the web', async () => {
  const web = await withoutNode(() => compressed(portable()));
  expect(web.isSync).toBe(false);
  const bytes = await web.encode(LARGE);
  expect(bytes.length).toBeLessThan(500);
  expect(await web.decode(bytes)).toEqual(LARGE);
  expect(compressed(portable()).decode(bytes)).toEqual(LARGE);
  expect(await web.decode(sync(compressed(portable(), { algorithm: 'gzip' })).encode(LARGE))).toEqual(LARGE);
  const lying = Uint8Array.of(3, 1, ...nodeZlib.gzipSync(new Uint8Array(1e7)));
  await expect(web.decode(lying)).rejects.toThrow('a value is larger than it says');
});

test('encrypted values are read with the key that they name', () => {
  const old = sync(encrypted(portable(), { keys: { old: key(1) }, current: 'old' }));
  const both = sync(encrypted(portable(), { keys: { old: key(1), new: key(2) }, current: 'new', crypto: nodeCrypto }));
  const bytes = old.encode({ secret: 'a' });
  expect(Buffer.from(bytes).includes('secret')).toBe(false);
  expect(bytes).not.toEqual(old.encode({ secret: 'a' }));
  expect(both.decode(bytes)).toEqual({ secret: 'a' });
  expect(thrownBy(() => old.decode(both.encode(1))).message).toBe('the key of an encrypted value is missing');
  const wrong = encrypted(portable(), { keys: { old: key(3) }, current: 'old' });
  expect(() => wrong.decode(bytes)).toThrow();
});

test('an encrypted value is bound to the header of its entry', () => {
  const codec = sync(encrypted(portable(), { keys: { k: key(1) }, current: 'k' }));
  const mine = encodeEntry(codec, HEADER, 'mine');
  expect(decodeEntry(codec, mine)).toEqual({ header: HEADER, value: 'mine' });
  // The same value behind the header of another key, with a right check sum.
  const header = { ...HEADER, key: '["a very long key",2]' };
  const stolen = { ...portable(), name: codec.name, encode: () => codec.encode('mine', new Uint8Array([1])) };
  expect(decodeEntry(codec, encodeEntry(stolen, header, 0))).toMatchObject({ miss: 'unreadable' });
});

test('WebCrypto reads what node:crypto wrote, and the other way round', async () => {
  const options = { keys: { k: key(1) }, current: 'k' };
  const web = await withoutNode(() => encrypted(portable(), options));
  expect(web.isSync).toBe(false);
  const node = sync(encrypted(portable(), options));
  const byWeb = await encodeEntry(web, HEADER, { a: 1 });
  expect(decodeEntry(node, byWeb)).toEqual({ header: HEADER, value: { a: 1 } });
  expect(await decodeEntry(web as Codec, encodeEntry(node, HEADER, { a: 1 }))).toEqual({
    header: HEADER,
    value: { a: 1 },
  });
  const damaged = await decodeEntry(
    web as Codec,
    encodeEntry({ ...node, encode: () => new Uint8Array(40) }, HEADER, 1),
  );
  expect(damaged).toMatchObject({ miss: 'unreadable' });
});

test('wrappers go around each other', () => {
  const codec = sync(encrypted(compressed(portable()), { keys: { k: key(1) }, current: 'k' }));
  expect(codec.name).toBe('encrypted(compressed(portable))');
  const bytes = encodeEntry(codec, HEADER, LARGE);
  expect(bytes.length).toBeLessThan(700);
  expect(decodeEntry(codec, bytes)).toEqual({ header: HEADER, value: LARGE });
});

test('the options of wrappers are checked, and no message shows a key', () => {
  const wrong = (options: object): string => thrownBy(() => encrypted(portable(), options as never)).message;
  expect(wrong({ keys: { k: 'secret' }, current: 'k' })).toBe(
    'keys: k: expected a Uint8Array of 32 bytes, but got: string',
  );
  expect(wrong({ keys: { k: new Uint8Array(16) }, current: 'k' })).not.toMatch(/0,0/);
  expect(wrong({ keys: { k: key(1) }, current: 'x' })).toBe('current: expected one of the keys k, but got: string x');
  expect(thrownBy(() => compressed(portable(), { above: -1 })).message).toMatch(
    /^above: expected a whole number from 0/,
  );
  expect(thrownBy(() => compressed(portable(), { algorithm: 'zip' as never })).message).toMatch(
    /^algorithm: expected zstd/,
  );
});

test('a wrapper without a codec, and options of a codec that has none, are refused by name', () => {
  const wrong: [() => unknown, string][] = [
    [
      () => compressed(undefined as never),
      'compressed: expected a codec first, such as portable(), but got: undefined',
    ],
    [() => compressed({} as never), 'compressed: expected a codec first, such as portable(), but got: object'],
    [
      () => encrypted({} as never, {} as never),
      'encrypted: expected a codec first, such as portable(), but got: object',
    ],
    [() => json(...([{ space: 2 }] as never[])), 'json: expected no options, but got: object'],
    [() => v8({ fast: true } as never), 'v8: expected no options, or the module node:v8, but got: object'],
  ];
  for (const [make, message] of wrong) expect(thrownBy(make).message).toBe(message);
  const short = { keys: { k: new Uint8Array(16) }, current: 'k' };
  expect(thrownBy(() => encrypted(portable(), short)).message).toBe(
    'keys: k: expected a Uint8Array of 32 bytes, but got: 16 bytes',
  );
});

test('each codec throws no other error than UnreadableError for bytes that were damaged', () => {
  const value = { at: new Date(0), url: new URL('https://a.example/'), re: /a/g, text: 'é'.repeat(2000) };
  const options = { keys: { k: key(1) }, current: 'k' };
  const codecs: [Codec, unknown][] = [
    [portable(), value],
    [json(), { text: value.text }],
    [v8(), { at: value.at, re: value.re }],
    [compressed(portable()), value],
    [encrypted(portable(), options), value],
  ];
  for (const [codec, stored] of codecs) {
    const bytes = sync(codec).encode(stored);
    for (let at = 0; at < Math.min(bytes.length, 300); at++) {
      for (const flip of [1, 0x80, 0xff]) {
        const damaged = Uint8Array.from(bytes);
        damaged[at]! ^= flip;
        try {
          codec.decode(damaged);
        } catch (error) {
          if (!(error instanceof UnreadableError)) throw new Error(`${codec.name}: ${at}`, { cause: error });
        }
      }
    }
    expect(() => codec.decode(bytes.subarray(0, 3))).toThrow(UnreadableError);
  }
});

const SCHEMAS: [string, Schema][] = [
  ['zod', z.object({ id: z.number(), at: z.date() })],
  ['valibot', v.object({ id: v.number(), at: v.date() })],
  ['zod, asynchronously', z.object({ id: z.number().refine(async () => true), at: z.date() })],
];

for (const [name, schema] of SCHEMAS) {
  test(`a stored value that does not fit its schema is a miss: ${name}`, async () => {
    const read = (value: unknown) => decodeEntry(portable() as Codec, encodeEntry(portable(), HEADER, value), schema);
    const value = { id: 1, at: new Date(0), extra: true };
    expect(await read(value)).toEqual({ header: HEADER, value });
    expect(await read({ id: '1', at: new Date(0) })).toEqual({ miss: 'invalid' });
    expect(await read(null)).toEqual({ miss: 'invalid' });
  });
}

const NUMBER_IN_TEXT: [string, Schema][] = [
  ['zod', z.string().transform(Number)],
  ['valibot', v.pipe(v.string(), v.transform(Number))],
  [
    'valibot, asynchronously',
    v.pipeAsync(
      v.string(),
      v.transformAsync(async (text) => Number(text)),
    ),
  ],
];

for (const [name, schema] of NUMBER_IN_TEXT) {
  test(`a schema judges the stored value as its input, and the value stays as it was stored: ${name}`, async () => {
    const read = (value: unknown) => decodeEntry(portable() as Codec, encodeEntry(portable(), HEADER, value), schema);
    expect(await read('5')).toEqual({ header: HEADER, value: '5' });
    // What the schema gives is not what it takes.
    expect(await read(5)).toEqual({ miss: 'invalid' });
  });
}

test('a schema that throws or rejects counts as one that the value does not fit', async () => {
  const bytes = encodeEntry(portable(), HEADER, 1);
  const schema = (validate: () => any): Schema => ({ '~standard': { version: 1, vendor: 'test', validate } });
  const thrower = schema(() => {
    throw new Error('x');
  });
  expect(decodeEntry(portable() as Codec, bytes, thrower)).toEqual({ miss: 'invalid' });
  const rejecter = schema(() => Promise.reject(new Error('x')));
  expect(await decodeEntry(portable() as Codec, bytes, rejecter)).toEqual({ miss: 'invalid' });
});

test('survives names the first path at which a value does not come back', async () => {
  const asText: Codec = {
    name: 'text',
    isSync: true,
    encode: (value) => new TextEncoder().encode(JSON.stringify(value)),
    decode: (bytes) => JSON.parse(new TextDecoder().decode(bytes)),
  };
  const shared = {};
  expect(survives(asText, { a: [1, { b: 'x' }] })).toBe(undefined);
  expect(survives(asText, { a: [1, { at: new Date(0) }] })).toMatch(/^result\.a\[1\]\.at: an instance of Date/);
  expect(survives(asText, { m: new Map([[1, 1]]) })).toMatch(/^result\.m: /);
  expect(survives(asText, [shared, shared])).toMatch(/^result\[1\]: the same object in two places/);
  expect(survives(asText, [{ a: undefined }])).toBe('result[0].a: a property got lost');
  expect(survives(asText, 1n)).toMatch(/BigInt/);
  const late: Codec = { ...asText, isSync: false, encode: async (value) => asText.encode(value) };
  expect(await survives(late, { a: 1 })).toBe(undefined);
  expect(await survives(late, { a: -0 })).toMatch(/^result\.a: /);
  expect(await survives(late, 1n)).toMatch(/BigInt/);
});

test('survives compares what each class holds', () => {
  const swapped = (value: unknown): Codec => ({
    name: 'x',
    isSync: true,
    encode: () => new Uint8Array(),
    decode: () => value,
  });
  const pairs: [unknown, unknown][] = [
    [new Date(0), new Date(1)],
    [/a/, /b/],
    [/a/, /a/g],
    [new URL('http://a'), new URL('http://b')],
    [new Map([[1, 1]]), new Map([[1, 2]])],
    [new Map([[1, 1]]), new Map()],
    [new Set([[1]]), new Set([[2]])],
    [new Set([[1, 2]]), new Set([1, 2])],
    [new Uint8Array([1]), new Uint8Array([2])],
    [new Uint8Array([1]), new Int8Array([1])],
    [Buffer.from('a'), new Uint8Array([97])],
    [new ArrayBuffer(1), new ArrayBuffer(2)],
    [new Error('a'), new Error('b')],
    [new Error('a'), new TypeError('a')],
    [
      { a: 1, b: 2 },
      { b: 2, a: 1 },
    ],
    [{ a: 1 }, { a: 1, b: 2 }],
    [
      [1, , 2],
      [1, undefined, 2],
    ],
    [{}, Object.create(null)],
    [[{}, {}], Array(2).fill({})],
    [{ a: undefined }, Object.defineProperty({}, 'a', { get: () => undefined, enumerable: true })],
    [new Uint8Array(2), Object.assign(new Uint8Array(2), { a: 1 })],
    [new URL('http://a'), Object.assign(new URL('http://a'), { a: 1 })],
    [[1], hide([1], 'a')],
    [new Error('a'), hide(new Error('a'), 'b')],
    [
      Array(2)
        .fill(new Uint8Array(4))
        .map(({ buffer }) => new Uint8Array(buffer)),
      [new Uint8Array(4), new Uint8Array(4)],
    ],
    [new ArrayBuffer(2), Object.assign(new ArrayBuffer(2), { a: 1 })],
    [1, 2],
  ];
  for (const [before, after] of pairs) {
    expect({ before, path: survives(swapped(after), before) }).toEqual({
      before,
      path: expect.stringMatching(/^result/),
    });
  }
});

test('the codecs run where Object.prototype is frozen or polluted', () => {
  const { stdout, stderr } = run('__tests__/programs/hostile-prototype.ts');
  expect(stderr).toBe('');
  expect(stdout.trim().split('\n')).toEqual([
    '[["kept",1],["__proto__",2],["value",3]] true',
    'result.a: a property with a getter or setter',
    '{"toString":1}',
  ]);
});
