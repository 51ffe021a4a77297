/**
 * Numbers that an attacker chooses: V8 puts all of them into one bucket of a Map, because its hashes of numbers have no
 * seed and can be inverted. Each list holds different numbers whose hashes have the same 16 low bits.
 */

const BITS_32 = 2n ** 32n - 1n;
const BITS_64 = 2n ** 64n - 1n;

/** At most 65,536 whole numbers of 32 bits. */
export function chosenIntegers(count: number): number[] {
  return Array.from({ length: count }, (_, i) => numberOfHash(BigInt(i) * 2n ** 16n));
}

/** Doubles of any size that are no whole numbers of 32 bits. */
export function chosenDoubles(count: number): number[] {
  const view = new DataView(new ArrayBuffer(8));
  const doubles: number[] = [];
  for (let i = 0n; doubles.length < count; i++) {
    view.setBigUint64(0, digitOfHash(i * 2n ** 16n));
    const double = view.getFloat64(0);
    if (Number.isFinite(double) && (double | 0) !== double) doubles.push(double);
  }
  return doubles;
}

/** Bigints. Every second one has the same 64 low bits as the others of its kind, which are all that V8 hashes. */
export function chosenBigints(count: number): bigint[] {
  return Array.from({ length: count }, (_, i) =>
    i % 2 === 0 ? digitOfHash(BigInt(i) * 2n ** 16n) : BigInt(i) * 2n ** 64n + digitOfHash(0n),
  );
}

/** What V8 hashes a whole number of 32 bits to. The low bits are the bucket. */
export function hashOfInteger(number: number): number {
  let hash = number | 0;
  hash = (~hash + (hash << 15)) | 0;
  hash ^= hash >>> 12;
  hash = (hash + (hash << 2)) | 0;
  hash ^= hash >>> 4;
  hash = Math.imul(hash, 2057);
  hash ^= hash >>> 16;
  return hash & 0x3fffffff;
}

/** What V8 hashes the 64 bits of a double, or the low 64 bits of a bigint, to. */
export function hashOfDigit(digit: bigint): number {
  let hash = (digit * (2n ** 18n - 1n) - 1n) & BITS_64;
  hash ^= hash >> 31n;
  hash = (hash * 21n) & BITS_64;
  hash ^= hash >> 11n;
  hash = (hash * 65n) & BITS_64;
  hash ^= hash >> 22n;
  return Number(hash & 0x3fffffffn);
}

/** The number whose hash is the given 32 bits, before V8 drops the upper two. */
function numberOfHash(hash: bigint): number {
  let bits = unshifted(hash, 16n, 32n);
  bits = (bits * inverse(2057n, BITS_32)) & BITS_32;
  bits = unshifted(bits, 4n, 32n);
  bits = (bits * inverse(5n, BITS_32)) & BITS_32;
  bits = unshifted(bits, 12n, 32n);
  return Number(BigInt.asIntN(32, (bits + 1n) * inverse(2n ** 15n - 1n, BITS_32)));
}

/** The 64 bits whose hash is the given 64 bits, before V8 drops the upper ones. */
function digitOfHash(hash: bigint): bigint {
  let bits = unshifted(hash, 22n, 64n);
  bits = (bits * inverse(65n, BITS_64)) & BITS_64;
  bits = unshifted(bits, 11n, 64n);
  bits = (bits * inverse(21n, BITS_64)) & BITS_64;
  bits = unshifted(bits, 31n, 64n);
  return ((bits + 1n) * inverse(2n ** 18n - 1n, BITS_64)) & BITS_64;
}

/** Undoes `bits ^= bits >>> shift`. */
function unshifted(bits: bigint, shift: bigint, width: bigint): bigint {
  let known = bits;
  for (let done = shift; done < width; done += shift) known = bits ^ (known >> shift);
  return known;
}

/** The number that undoes a multiplication by an odd factor. Each step doubles the number of right bits. */
function inverse(factor: bigint, mask: bigint): bigint {
  let found = factor;
  for (let right = 3; right < 64; right *= 2) found = (found * (2n - factor * found)) & mask;
  return found & mask;
}
