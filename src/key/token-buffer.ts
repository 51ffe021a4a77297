import type { Marker } from './marker.js';

/** A scratch: the token list being written, and how far it has come. Its list is used again and again. */
export class TokenBuffer {
  readonly list: unknown[] = [];
  /** How many tokens of the list count; what stands behind them is stale. */
  count = 0;
  /** How many tokens the use before this one wrote. */
  stale = 0;
  /** The length of all strings in the list together. */
  characters = 0;
  /** How many objects were met that count by content. */
  objects = 0;
  /** The number of each of them, when objects are numbered. */
  numbers: Map<object, number> | undefined;
  /** The object whose body is being written; `undefined` for the arguments. */
  at: Pending | undefined;
  /** The queue of objects whose bodies are to be written. */
  first: Pending | undefined;
  last: Pending | undefined;
}

/** An object whose body is still to be written. */
export interface Pending {
  readonly target: object;
  readonly kind: Marker;
  /** What a built-in object was found to hold. */
  readonly content: unknown;
  /** The one that it was met in. */
  readonly parent: Pending | undefined;
  next: Pending | undefined;
}
