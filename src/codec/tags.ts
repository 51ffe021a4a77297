/** What comes next in the bytes of `portable`. Append only: stored bytes have the numbers. From `small` on: 0 to 127. */
export const TAG = {
  undefined: 0,
  null: 1,
  true: 2,
  false: 3,
  int: 4,
  float: 5,
  text: 6,
  bigint: 7,
  negative: 8,
  again: 9,
  object: 10,
  bare: 11,
  array: 12,
  sparse: 13,
  map: 14,
  set: 15,
  date: 16,
  regExp: 17,
  url: 18,
  buffer: 19,
  view: 20,
  part: 21,
  error: 22,
  instance: 23,
  small: 128,
} as const;

/** Whether typed arrays have the byte order of the format. All common platforms do. */
export const isLittleEndian = /* @__PURE__ */ (() => new Uint8Array(new Uint16Array([1]).buffer)[0] === 1)();
