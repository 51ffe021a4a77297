/**
 * A token for something that no primitive can represent, such as the start of an object. Each marker exists once, so equal
 * markers are identical. No argument can be a marker, because an object is never its own token.
 */
export class Marker {
  /** @param text The text of the marker in a rendered key. No other token's text begins with it. */
  constructor(readonly text: string) {}
}

/** The number -0. It needs a marker, because a Map treats -0 and 0 as the same key. */
export const MINUS_ZERO: Marker = /* @__PURE__ */ new Marker('-0;');

export const OBJECT: Marker = /* @__PURE__ */ new Marker('{');
/** An object without a prototype, or whose prototypes hold nothing. */
export const BARE: Marker = /* @__PURE__ */ new Marker('<null>');
export const ARRAY: Marker = /* @__PURE__ */ new Marker('[');
/** The start of the body of an array with holes or with extra properties. Each element is written with its index. */
export const SPARSE: Marker = /* @__PURE__ */ new Marker('<sparse>');
/** The start of the body of an `arguments` object, before its length. */
export const ARGUMENTS: Marker = /* @__PURE__ */ new Marker('<arguments>');
/** The start of the body of the strings of a tagged template. They have a second array in the hidden property `raw`. */
export const RAW: Marker = /* @__PURE__ */ new Marker('<raw>');
/** An object with a method `[cacheKey]`, which returns its value. */
export const KEYED: Marker = /* @__PURE__ */ new Marker('<cacheKey>');

/** The start of the token list of a cyclic or large structure, in which each object is numbered and written once. */
export const NUMBERED: Marker = /* @__PURE__ */ new Marker('@');
/** The start of a packed token list. It is in no list that is not packed, and is not rendered. */
export const PACKED: Marker = /* @__PURE__ */ new Marker('');
/** A reference to an object that was written already. The object's number follows. */
export const BACK: Marker = /* @__PURE__ */ new Marker('^');
