import { writeList } from './list.js';
import { TokenBuffer } from './token-buffer.js';

/** A token list, as far as `count`. Once it is given back, the next `flatten` writes over it. */
export interface TokenList {
  readonly list: readonly unknown[];
  readonly count: number;
}

/**
 * The tokens of an argument list: a sequence that two lists share exactly when they are equal, and that begins no
 * other's. A token is a primitive that stands for itself, or a marker or an identity. Takes O(size of the arguments).
 * To be given back when it is done with.
 *
 * @throws ArgumentError when `args` holds more than 4 million objects, and whatever a getter or proxy among the arguments throws.
 */
export function flatten(args: readonly unknown[]): TokenList {
  // Taken, not shared: a getter may make a call that is flattened meanwhile. Whoever throws leaves none behind.
  const scratch = spare ?? new TokenBuffer();
  spare = undefined;
  writeList(scratch, args);
  return scratch;
}

/** Keeps the scratch for the next use unless it holds much. What it holds is then what this use wrote, and no more. */
export function release(tokens: TokenList): void {
  const scratch = tokens as TokenBuffer;
  const { list, count, stale } = scratch;
  // Numbering comes after a first attempt, which has left much behind.
  if (count > MOST_TOKENS || scratch.characters > MOST_CHARACTERS || scratch.numbers !== undefined) return;
  for (let i = count; i < stale; i++) list[i] = undefined;
  scratch.stale = count;
  spare = scratch;
}

/** Whether a value is its own token: a primitive, but for -0. */
export function isToken(value: unknown): boolean {
  // Asked one by one, since the engine then answers without a call.
  if (typeof value === 'number') return value !== 0 || 1 / value > 0;
  return typeof value === 'string' || value === null || (typeof value !== 'object' && typeof value !== 'function');
}

let spare: TokenBuffer | undefined;

const MOST_TOKENS = 1024;
const MOST_CHARACTERS = 4096;
