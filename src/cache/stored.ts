/** What is stored for a result: the result itself, but for `undefined`, which is what is found where nothing is stored. */
export function storedFor(result: unknown): unknown {
  return result === undefined ? UNDEFINED : result;
}

/** The result for which something is stored. */
export function resultOf(stored: unknown): unknown {
  // The type is asked first, since the engine compares what it knows nothing of by a call.
  return typeof stored === 'symbol' && stored === UNDEFINED ? undefined : stored;
}

const UNDEFINED: unique symbol = /* @__PURE__ */ Symbol('undefined');
