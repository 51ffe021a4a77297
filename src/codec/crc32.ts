/** The CRC-32 of each byte, for four positions from the end: bytes are taken four at a time. */
const TABLES = /* @__PURE__ */ (() => {
  const tables = [0, 1, 2, 3].map(() => new Int32Array(256));
  const [first, ...others] = tables as [Int32Array, ...Int32Array[]];
  for (let byte = 0; byte < 256; byte++) {
    let value = byte;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
    first[byte] = value;
  }
  let before = first;
  for (const table of others) {
    for (let byte = 0; byte < 256; byte++) table[byte] = (before[byte]! >>> 8) ^ first[before[byte]! & 255]!;
    before = table;
  }
  return tables as [Int32Array, Int32Array, Int32Array, Int32Array];
})();

/** Returns the CRC-32 of bytes from a place on, the one of zlib and PNG. It finds damage, but not intent. */
export function crc32(bytes: Uint8Array, from = 0): number {
  const [t0, t1, t2, t3] = TABLES;
  const whole = bytes.length - ((bytes.length - from) & 3);
  let crc = -1;
  let i = from;
  for (; i < whole; i += 4) {
    crc ^= bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24);
    crc = t3[crc & 255]! ^ t2[(crc >>> 8) & 255]! ^ t1[(crc >>> 16) & 255]! ^ t0[crc >>> 24]!;
  }
  for (; i < bytes.length; i++) crc = t0[(crc ^ bytes[i]!) & 255]! ^ (crc >>> 8);
  return ~crc >>> 0;
}
