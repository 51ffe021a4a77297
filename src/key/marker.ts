/**
 * A marker: a token for what no primitive can stand for, such as the start of an object. There is one of
 * each, so that two of the same say the same; no argument can be one, since arguments never stand for themselves.
 */
export class Marker {
  /** @param text what stands for it in a rendered key: no other token's text begins with it. */
  constructor(readonly text: string) {}
}

/** A Map does not tell it from 0. */
export const MINUS_ZERO: Marker = /* @__PURE__ */ new Marker('-0;');

export const OBJECT: Marker = /* @__PURE__ */ new Marker('{');
/** An object without a prototype. */
export const BARE: Marker = /* @__PURE__ */ new Marker('<null>');
export const ARRAY: Marker = /* @__PURE__ */ new Marker('[');
/** First in the body of an array with holes, or with properties that are not elements: each element says its index. */
export const SPARSE: Marker = /* @__PURE__ */ new Marker('<sparse>');
/** First in the body of `arguments`, before their length. */
export const ARGUMENTS: Marker = /* @__PURE__ */ new Marker('<arguments>');
/** First in the body of the strings of a tagged template, which hide a second array under `raw`. */
export const RAW: Marker = /* @__PURE__ */ new Marker('<raw>');
/** An object that says its value itself. */
export const KEYED: Marker = /* @__PURE__ */ new Marker('<cacheKey>');

/** First in the list of a structure that is cyclic or large, where each object is written once. */
export const NUMBERED: Marker = /* @__PURE__ */ new Marker('@');
/** Before the number of an object that was written already. */
export const BACK: Marker = /* @__PURE__ */ new Marker('^');
