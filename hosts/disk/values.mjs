/** The values that one runtime stores, and the others have to find. They are those that `portable` carries. */
const buffer = new Uint8Array([0, 127, 255]);
const cycle = { name: 'cycle' };
cycle.self = cycle;

export const VALUES = {
  text: 'text with \u{1f600} and \ud800',
  numbers: [0, -0, 1.5, Number.NaN, Number.NEGATIVE_INFINITY, 2 ** 53],
  nothing: [undefined, null, true],
  bigint: -(2n ** 100n),
  date: new Date(1_800_000_000_000),
  pattern: /a+b/giu,
  url: new URL('https://example.org/path?query#hash'),
  collections: [new Map([['key', { value: 1 }]]), new Set([1, '1'])],
  bytes: [buffer, new Float64Array([1.5, -0]), buffer.buffer],
  error: new RangeError('out of range'),
  cycle,
  long: 'x'.repeat(100_000),
};

/** Keys of every kind: short, long enough to be hashed, and not well-formed. */
export const keyOf = (name) => ({
  namespace: 'values@1',
  key: name === 'text' ? '\ud800' : `${name} ${'k'.repeat(name === 'date' ? 600 : 3)}`,
});
