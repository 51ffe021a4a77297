/** Values that stores must carry between versions and platforms, and a text that tells any two of them apart. */

/** The header of the stored values. */
export const HEADER = {
  storedAt: 1_700_000_000_000,
  expiresAt: 1_700_000_060_000,
  softExpiresAt: Number.POSITIVE_INFINITY,
  loadDuration: 12.5,
  tagClock: 7,
  tags: ['user:1', 'é'],
  isPromised: true,
  key: '["a very long key",1]',
};

/** The classes whose content is a text or a number. */
const CONTENT: [string, (value: any) => unknown][] = [
  ['Date', (date: Date) => date.getTime()],
  ['RegExp', (regExp: RegExp) => [regExp.source, regExp.flags, regExp.lastIndex]],
  ['URL', (url: URL) => url.href],
  ['DOMException', (error: Error) => [error.name, error.message]],
];

/**
 * Writes a value out: its classes, members, order and sharing. Errors are written without what engines add. It shares no
 * code with the codecs.
 */
export function written(value: unknown, seen = new Map<object, number>()): string {
  if (typeof value === 'string') return `'${[...Array(value.length).keys()].map((i) => value.charCodeAt(i)).join()}'`;
  if (typeof value !== 'object' || value === null)
    return Object.is(value, -0) ? '-0' : `${typeof value} ${String(value)}`;
  if (seen.has(value)) return `#${seen.get(value)}`;
  seen.set(value, seen.size);
  const inner = (member: unknown): string => written(member, seen);
  const prototype = Object.getPrototypeOf(value);
  const name: string = prototype === null ? 'null' : prototype.constructor.name;
  const parts: unknown[] = [];
  const content = CONTENT.find(([known]) => known === name);
  if (content) parts.push(JSON.stringify(content[1](value)));
  if (ArrayBuffer.isView(value)) {
    return `${name}(${new Uint8Array(value.buffer, value.byteOffset, value.byteLength)})`;
  }
  if (name === 'ArrayBuffer') parts.push(new Uint8Array(value as ArrayBuffer));
  if (name === 'Map')
    parts.push([...(value as Map<unknown, unknown>)].map(([key, member]) => `${inner(key)}=>${inner(member)}`));
  if (name === 'Set') parts.push([...(value as Set<unknown>)].map(inner));
  if (Array.isArray(value)) parts.push(value.length);
  const hidden = value instanceof Error ? ['name', 'message', 'stack', 'cause', 'errors'] : [];
  const own =
    name === 'URL'
      ? []
      : Object.getOwnPropertyNames(value).filter(
          (key) => hidden.includes(key) || Object.prototype.propertyIsEnumerable.call(value, key),
        );
  const sorted = [...own.filter((key) => hidden.includes(key)).sort(), ...own.filter((key) => !hidden.includes(key))];
  for (const key of sorted) {
    const { enumerable } = Object.getOwnPropertyDescriptor(value, key)!;
    parts.push(`${enumerable ? '' : '!'}${inner(key)}:${inner((value as Record<string, unknown>)[key])}`);
  }
  return `${name}(${parts.join(';')})`;
}

function withStack<T extends Error>(error: T): T {
  return Object.defineProperty(error, 'stack', { value: 'a stack', configurable: true, writable: true });
}

/** Values of each kind that `portable` carries, the same ones on each platform. */
export function storedValues(): Record<string, unknown> {
  const part = { unit: 'm' };
  const cycle: Record<string, unknown> = { of: [] };
  (cycle.of as unknown[]).push(cycle);
  // Not a literal, since Bun changes those.
  // Not a literal: Bun would write the letter as an escape.
  const lastIndex = new RegExp(['a', 'é'].join('|'), 'giu');
  lastIndex.lastIndex = 3;
  const buffer = new Uint8Array([0, 1, 2, 3, 4, 5, 6, 7]).buffer;
  const sparse: unknown[] = [];
  sparse[70_000] = 'late';
  sparse.length = 4_294_967_295;
  return {
    undefined: undefined,
    null: null,
    booleans: [true, false],
    numbers: [0, -0, 1, -1, 127, 128, 2 ** 31 - 1, -(2 ** 31), 2 ** 31, 0.1, 5e-324, Number.MAX_VALUE],
    noNumbers: [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
    bigints: [0n, -1n, 2n ** 64n, -(3n ** 100n)],
    texts: ['', 'a', 'é', '漢字', '😀', '\ufeffmark', '\0', 'x'.repeat(300), 'ö'.repeat(300)],
    loneSurrogates: ['\ud800', 'a\udc00b', { '\udfff': '\udbff\ud800' }],
    object: { b: 1, a: undefined, 2: 'two', 1: 'one', '': null },
    nested: {
      list: [
        { id: 1, tags: ['x'] },
        { id: 2, tags: [] },
      ],
    },
    prototypeNames: JSON.parse('{"__proto__": {"polluted": true}, "constructor": 1, "toString": 2}'),
    withoutPrototype: Object.assign(Object.create(null), { a: { b: 1 } }),
    holes: [1, , 3, ,],
    sparse,
    arrayWithNames: Object.assign(['b'], { index: 1, groups: undefined }),
    map: new Map<unknown, unknown>([
      [{ key: 1 }, 'object'],
      [Number.NaN, -0],
      ['a', new Map()],
    ]),
    set: new Set<unknown>([[1], undefined, Number.NaN, new Set([1])]),
    dates: [new Date(0), new Date(-1.5e12), new Date(Number.NaN)],
    regExp: [lastIndex, /[/\n]/],
    url: new URL('https://user@example.org:8080/a%20b?q=1&q=2#f'),
    buffers: [buffer, new Uint8Array(buffer), new DataView(buffer), new ArrayBuffer(0)],
    parts: [new Uint8Array(buffer, 2, 3), new DataView(buffer, 1, 4), new Int16Array(buffer, 2, 2)],
    views: [
      new Int8Array([-1]),
      new Uint8ClampedArray([255]),
      new Int16Array([-2]),
      new Uint16Array([65_535]),
      new Int32Array([-3]),
      new Uint32Array([4_294_967_295]),
      new Float32Array([0.5, Number.NaN]),
      new Float64Array([-0, 0.1]),
      new BigInt64Array([-1n]),
      new BigUint64Array([2n ** 64n - 1n]),
    ],
    buffer: Buffer.from('a Buffer'),
    errors: [
      withStack(new Error('plain')),
      withStack(
        Object.assign(new TypeError('with cause', { cause: withStack(new RangeError('cause')) }), { code: 'E' }),
      ),
      withStack(new AggregateError([withStack(new SyntaxError('one')), 2], 'several')),
    ],
    shared: { from: part, to: part, list: [part] },
    cycle,
  };
}
