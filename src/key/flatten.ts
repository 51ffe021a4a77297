import { max } from '../platform.js';
import { writeList } from './list.js';
import { isPacked, pack } from './packed.js';
import { TokenBuffer } from './token-buffer.js';

/** The first `count` elements of a list of tokens. After `release`, the next `flatten` overwrites them. */
export interface TokenList {
  readonly list: readonly unknown[];
  readonly count: number;
}

/**
 * Turns an argument list into tokens. Two lists have the same tokens exactly when they are equal, and no token list is the
 * beginning of another. A token is a primitive that represents itself, a marker or an identity. The caller must `release`
 * the tokens after use. Takes O(size of the arguments).
 *
 * @throws ArgumentError when `args` holds more than 4 million objects. Errors of getters and proxies among the arguments
 *   reach the caller.
 */
export function flatten(args: readonly unknown[]): TokenList {
  // Takes the buffer away: a getter among the arguments may make a call that is flattened during this one. If an argument
  // throws, the buffer is dropped.
  const buffer = spare ?? new TokenBuffer();
  spare = undefined;
  writeList(buffer, args);
  return buffer;
}

/** As `flatten`, with the tokens packed if they are many. These are the tokens of call keys. */
export function flattenCall(args: readonly unknown[]): TokenList {
  const tokens = flatten(args);
  pack(tokens as TokenBuffer);
  return tokens;
}

/**
 * Keeps the token buffer for the next use, unless it is very large. The kept buffer holds only the tokens of the last use,
 * or none if they were many.
 */
export function release(tokens: TokenList): void {
  const buffer = tokens as TokenBuffer;
  const { list, count, stale } = buffer;
  if (list.length > LARGEST_BUFFER) return;
  buffer.numbers = undefined;
  const isLarge = count > MOST_TOKENS || buffer.characters > MOST_CHARACTERS || isPacked(list);
  const kept = isLarge ? 0 : count;
  const end = max(count, stale);
  for (let i = kept; i < end; i++) list[i] = undefined;
  buffer.stale = kept;
  spare = buffer;
}

/** Whether a value is its own token: a primitive except -0. */
export function isToken(value: unknown): boolean {
  // Tests the types one by one, because the engine can then do so without a call.
  if (typeof value === 'number') return value !== 0 || 1 / value > 0;
  return typeof value === 'string' || value === null || (typeof value !== 'object' && typeof value !== 'function');
}

let spare: TokenBuffer | undefined;

/** The most tokens that a kept buffer has room for. They take a megabyte. */
const LARGEST_BUFFER = 2 ** 17;
const MOST_TOKENS = 1024;
const MOST_CHARACTERS = 4096;
