/** The method by which instances of a class say their value: `[cacheKey]() { return this.id; }`. */
export const cacheKey: unique symbol = /* @__PURE__ */ Symbol.for('memokit.cacheKey');
