import { Buffer } from 'node:buffer';
import * as crypto from 'node:crypto';
import { types } from 'node:util';
import * as zlib from 'node:zlib';
import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import {
  CodecError,
  compressed,
  decodeEntry,
  encodeEntry,
  encrypted,
  json,
  portable,
  type SyncCodec,
  survives,
  v8,
} from '../src/adapters/index.js';
import { written } from './support/stored-values.js';

/** `npm run test:long` generates as many values as issue 17 asks for. */
const LONG = process.env.TEST_LONG !== undefined;
const VALUES = LONG ? 100_000 : 2_000;
const DAMAGED = LONG ? 10_000 : 1_000;

const codec = portable();
const HEADER = {
  storedAt: 1,
  expiresAt: Infinity,
  softExpiresAt: Infinity,
  loadDuration: 1,
  tagClock: 0,
  tags: ['t'],
  isPromised: false,
};

/** Any code units, also lone surrogates, and texts that are names of something. */
const text = fc.oneof(
  fc.string(),
  fc.string({ unit: 'grapheme', maxLength: 60 }),
  fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 50 }).map((units) => String.fromCharCode(...units)),
  fc.constantFrom(
    '__proto__',
    'constructor',
    'length',
    'then',
    'toJSON',
    '0',
    '4294967295',
    'message',
    'stack',
    'cause',
  ),
);

const bytes = fc.uint8Array({ maxLength: 40 });
const VIEWS: any[] = [
  Uint8Array,
  Int16Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  DataView,
  Uint8ClampedArray,
];
const view = fc.tuple(bytes, fc.constantFrom(...VIEWS), fc.boolean()).map(([array, View, isPart]) => {
  const size = 'BYTES_PER_ELEMENT' in View ? View.BYTES_PER_ELEMENT : 1;
  const buffer = new Uint8Array(array.length - (array.length % size)).buffer;
  new Uint8Array(buffer).set(array.subarray(0, buffer.byteLength));
  return isPart ? new View(buffer, buffer.byteLength > size ? size : 0) : new View(buffer);
});

const leaf: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom(
    undefined,
    null,
    true,
    false,
    0,
    -0,
    Number.NaN,
    Infinity,
    -Infinity,
    127,
    128,
    -1,
    2 ** 31,
    -(2 ** 31),
  ),
  fc.integer(),
  fc.double(),
  fc.bigInt(),
  text,
  fc.date({ noInvalidDate: false }),
  fc
    .tuple(fc.constantFrom('a+', '[/]', '(?<x>é)', ''), fc.constantFrom('', 'g', 'iu', 'dgimsy'), fc.nat(5))
    .map(([source, flags, at]) => Object.assign(new RegExp(source, flags), { lastIndex: at })),
  fc.webUrl({ withQueryParameters: true, withFragments: true }).map((url) => new URL(url)),
  bytes.map((array) => array.slice().buffer),
  bytes.map((array) => Buffer.from(array)),
  view,
);

const ERRORS = [Error, TypeError, RangeError, SyntaxError, EvalError, ReferenceError, URIError];

/** A part of a value, into which others can be put. */
interface Container {
  value: object;
  put(member: unknown): void;
}

const container: fc.Arbitrary<(members: unknown[], names: string[]) => Container> = fc.constantFrom(
  (members: unknown[], names: string[]): Container => filled({}, members, names),
  (members: unknown[], names: string[]): Container => filled(Object.create(null), members, names),
  (members: unknown[], names: string[]): Container => {
    const Class = ERRORS[members.length % ERRORS.length]!;
    const error = members.length > 1 ? new Class(names[0], { cause: members.pop() }) : new Class();
    return filled(error, members, names);
  },
  (members: unknown[]): Container => {
    const error = new AggregateError(members, 'several');
    return { value: error, put: (member) => error.errors.push(member) };
  },
  (members: unknown[]): Container => ({ value: members, put: (member) => members.push(member) }),
  (members: unknown[], names: string[]): Container => {
    const holes: unknown[] = [];
    members.forEach((member, i) => {
      holes[i * 2 + (names.length % 3)] = member;
    });
    if (names.length > 2) Object.assign(holes, { extra: names });
    return { value: holes, put: (member) => holes.push(member) };
  },
  (members: unknown[]): Container => {
    const set = new Set(members);
    return { value: set, put: (member) => set.add(member) };
  },
  (members: unknown[], names: string[]): Container => {
    const map = new Map<unknown, unknown>(members.map((member, i) => [names[i] ?? member, member]));
    return { value: map, put: (member) => map.set(member, member) };
  },
);

function filled(object: object, members: unknown[], names: string[]): Container {
  const define = (name: string, value: unknown): void => {
    Object.defineProperty(object, name, { value, enumerable: true, writable: true, configurable: true });
  };
  members.forEach((member, i) => {
    define(names[i] ?? `member ${i}`, member);
  });
  return { value: object, put: (member) => define('put', member) };
}

/** A value of up to 20 containers, each of which is in an earlier one, with references from any to any. */
const value: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 1, arbitrary: leaf },
  {
    weight: 4,
    arbitrary: fc
      .tuple(
        fc.array(
          fc.tuple(container, fc.array(leaf, { maxLength: 4 }), fc.uniqueArray(text, { maxLength: 4 }), fc.nat()),
          {
            minLength: 1,
            maxLength: 20,
          },
        ),
        fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 3 }),
      )
      .map(([shapes, links]) => {
        const containers: Container[] = [];
        for (const [make, members, names, place] of shapes) {
          const made = make([...members], names);
          if (containers.length > 0) containers[place % containers.length]!.put(made.value);
          containers.push(made);
        }
        for (const [from, to] of links) {
          containers[from % containers.length]!.put(containers[to % containers.length]!.value);
        }
        return containers[0]!.value;
      }),
  },
);

test('each value that portable stores comes back equal: classes, members, order and sharing', () => {
  fc.assert(
    fc.property(value, (before) => {
      const after = codec.decode(codec.encode(before));
      expect(written(after)).toBe(written(before));
      expect(survives(codec, before)).toBe(undefined);
    }),
    { numRuns: VALUES },
  );
});

class Unregistered {
  x = 1;
}

/** Values that cannot be stored, with the words for them. */
const refused: fc.Arbitrary<[unknown, string]> = fc.constantFrom<[unknown, string][]>(
  [() => 1, 'a function'],
  [class {}, 'a function'],
  [Symbol('s'), 'a symbol'],
  [new Unregistered(), 'an instance of Unregistered'],
  [new (class Broken extends Error {})('x'), 'an instance of Broken'],
  [new (class List extends Array {})(), 'an instance of List'],
  [Promise.resolve(1), 'an instance of Promise'],
  [new WeakMap(), 'an instance of WeakMap'],
  [new WeakSet(), 'an instance of WeakSet'],
  [new ReadableStream(), 'an instance of ReadableStream'],
  [new Headers(), 'an instance of Headers'],
  [[].values(), 'an instance of'],
  [Object(1), 'an instance of Number'],
  [new SharedArrayBuffer(8), 'an instance of SharedArrayBuffer'],
  [new Uint8Array(new SharedArrayBuffer(8)), 'a view of an instance of SharedArrayBuffer'],
  [new Proxy(new Map(), {}), 'a proxy of, or an object that only looks like, an instance of Map'],
  [Object.create(Date.prototype), 'a proxy of, or an object that only looks like, an instance of Date'],
);

/** Ways to put a value into another one, with the text of the step. */
const step: fc.Arbitrary<[(inner: unknown) => unknown, string]> = fc.oneof(
  fc.constantFrom<[(inner: unknown) => unknown, string][]>(
    [(inner) => ({ a: 1, items: inner }), '.items'],
    [(inner) => ({ 'two words': inner }), '["two words"]'],
    [(inner) => new Map([['k', inner]]), '.get("k")'],
    [(inner) => new Map([[7, inner]]), '.get(7)'],
    [
      (inner) =>
        new Map<unknown, unknown>([
          ['k', 1],
          [inner, 2],
        ]),
      '.keys()[1]',
    ],
    [(inner) => new Map([[{}, inner]]), '.values()[0]'],
    [(inner) => new Set([1, inner]), '.values()[1]'],
    [(inner) => new Error('x', { cause: inner }), '.cause'],
    [(inner) => [, inner], '[1]'],
  ),
  fc
    .nat(5)
    .map((n) => [(inner: unknown) => [...Array(n).fill(0), inner], `[${n}]`] as [(inner: unknown) => unknown, string]),
);

test('a value that portable cannot store is refused with its name and path, wherever it is', () => {
  fc.assert(
    fc.property(refused, fc.array(step, { maxLength: 6 }), ([bad, words], steps) => {
      let whole = bad;
      for (const [put] of [...steps].reverse()) whole = put(whole);
      const path = `result${steps.map(([, name]) => name).join('')}`;
      let thrown: unknown;
      try {
        codec.encode(whole);
      } catch (error) {
        thrown = error;
      }
      expect(thrown).toBeInstanceOf(CodecError);
      expect((thrown as Error).message.startsWith(`${path}: ${words}`)).toBe(true);
    }),
    { numRuns: DAMAGED },
  );
});

/** Ways to damage bytes. */
const damage: fc.Arbitrary<(bytes: Uint8Array) => Uint8Array> = fc.oneof(
  fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 })).map(([at, bits]) => (whole: Uint8Array) => {
    const copy = whole.slice();
    copy[at % copy.length]! ^= bits;
    return copy;
  }),
  fc.nat().map((at) => (whole: Uint8Array) => whole.slice(0, at % whole.length)),
  fc.nat().map((at) => (whole: Uint8Array) => whole.slice((at % (whole.length - 1)) + 1)),
  fc.uint8Array({ minLength: 1, maxLength: 20 }).map((more) => (whole: Uint8Array) => Uint8Array.of(...whole, ...more)),
  fc.uint8Array({ maxLength: 200 }).map((foreign) => () => foreign),
  // The largest count, which may become the size of anything.
  fc.nat().map((at) => (whole: Uint8Array) => {
    const from = at % whole.length;
    return Uint8Array.of(...whole.slice(0, from), 0xff, 0xff, 0xff, 0xff, 0x0f, ...whole.slice(from));
  }),
  fc.uint8Array({ maxLength: 100 }).map((rest) => (whole: Uint8Array) => Uint8Array.of(...whole.slice(0, 5), ...rest)),
  text.map((words) => () => new TextEncoder().encode(words)),
);

test('damaged, cut and foreign bytes are a miss, never an error', () => {
  fc.assert(
    fc.property(value, damage, (before, spoil) => {
      const whole = encodeEntry(codec, HEADER, before);
      expect(decodeEntry(codec, whole).miss).toBe(undefined);
      expect(decodeEntry(codec, spoil(whole)).miss).toMatch(/^(newer|older|foreign|damaged)$/);
    }),
    { numRuns: DAMAGED },
  );
});

const secret = { keys: { k: new Uint8Array(32) }, current: 'k' };

/** Node has it since 22.15. */
const hasZstd: boolean = 'zstdCompressSync' in zlib;

/** Each codec, and each wrapper with all of its algorithms. */
const CODECS: SyncCodec[] = [
  codec,
  v8(),
  json(),
  compressed(codec, { above: 0, algorithm: 'gzip', zlib }),
  compressed(codec, { above: 0, algorithm: 'brotli', zlib }),
  ...(hasZstd ? [compressed(codec, { above: 0, algorithm: 'zstd', zlib })] : []),
  encrypted(codec, { ...secret, crypto }),
];

/** The bytes of an entry, with a right check sum, whose value was damaged. */
function forged(whole: SyncCodec, before: unknown, spoil: (bytes: Uint8Array) => Uint8Array): Uint8Array | undefined {
  let bytes: Uint8Array;
  try {
    bytes = whole.encode(before);
  } catch {
    return undefined;
  }
  return encodeEntry({ ...whole, encode: () => spoil(bytes) }, HEADER, undefined);
}

test('damaged bytes with a right check sum are a miss or a value, whatever the codec, and take little memory', () => {
  const held = (): number => {
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return heapUsed + arrayBuffers;
  };
  fc.assert(
    fc.property(value, damage, (before, spoil) => {
      for (const whole of CODECS) {
        const bytes = forged(whole, before, spoil);
        if (bytes === undefined) continue;
        const from = held();
        const { miss } = decodeEntry(whole, bytes);
        expect(held() - from).toBeLessThan(50e6);
        expect([undefined, 'unreadable']).toContain(miss);
      }
    }),
    { numRuns: DAMAGED / 5 },
  );
});

test('bytes that an attacker wrote with a right check sum give a value or an error, and change no prototype', () => {
  const before = Object.getOwnPropertyNames(Object.prototype);
  const hostile = fc.oneof(fc.tuple(value, damage), fc.tuple(fc.constant(1), damage));
  fc.assert(
    fc.property(hostile, ([start, spoil]) => {
      try {
        written(codec.decode(spoil(codec.encode(start))));
      } catch (error) {
        expect(types.isNativeError(error)).toBe(true);
      }
      expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(before);
    }),
    { numRuns: DAMAGED },
  );
});
