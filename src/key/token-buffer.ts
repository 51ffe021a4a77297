import type { Marker } from './marker.js';

/** A reusable buffer for the token list that is being written, with the state of the writing. */
export class TokenBuffer {
  readonly list: unknown[] = [];
  /** The number of valid tokens in the list. The tokens after them are stale. */
  count = 0;
  /** The number of tokens at the start of the list that earlier uses, or an earlier attempt, may have left there. */
  stale = 0;
  /** The total length of all strings in the list. */
  characters = 0;
  /** The number of objects that were found so far and are compared by content. */
  objects = 0;
  /** The number of each of these objects, if objects are numbered. */
  numbers: Map<object, number> | undefined;
  /** The object whose body is being written; `undefined` while the arguments themselves are written. */
  at: Pending | undefined;
  /** The start of the queue of objects whose bodies still have to be written; `last` is its end. */
  first: Pending | undefined;
  last: Pending | undefined;
}

/** An object whose body still has to be written. */
export interface Pending {
  readonly target: object;
  readonly kind: Marker;
  /** The content of a built-in object, as `BuiltIn.contentOf` returned it. */
  readonly content: unknown;
  /** The object that contains this one. */
  readonly parent: Pending | undefined;
  next: Pending | undefined;
}
