/** Keys built-in values whose prototypes have getters that return methods, as with `--frozen-intrinsics` and SES. */
for (const prototype of [Date, Number, String, BigInt, Map, Set, Uint8Array, DataView, ArrayBuffer].map(
  (made) => made.prototype as object,
)) {
  for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
    if (typeof value === 'function') Object.defineProperty(prototype, name, { get: () => value });
  }
}
const { keyOf } = await import('memokit');
const values = (n: number) => [
  new Date(n),
  Object(n),
  new String(n),
  Object(BigInt(n)),
  new Map([[n, 1]]),
  new Set([n]),
  new Uint8Array([n]),
  new DataView(new Uint8Array([n]).buffer),
  new Uint8Array([n]).buffer,
];
const equal = values(1).map((value, index) => keyOf([value]) === keyOf([values(1)[index]]));
const different = values(1).map((value, index) => keyOf([value]) !== keyOf([values(2)[index]]));
console.log(JSON.stringify({ equal, different }));

export {};
