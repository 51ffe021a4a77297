/** Memory: the bytes that JavaScript holds, on the heap and outside of it, after a full collection. */

/** The bytes that `work()` leaves behind, in what it returns or anywhere else. */
export function bytesOf(work) {
  const before = bytes();
  const kept = work();
  const after = bytes();
  // Used once more, so that it is alive until here.
  return kept === undefined ? Number.NaN : after - before;
}

function bytes() {
  // Twice, since what the first one finds dead may have held something else alive.
  globalThis.gc();
  globalThis.gc();
  const { heapUsed, external } = process.memoryUsage();
  // `external` has the array buffers in it.
  return heapUsed + external;
}
