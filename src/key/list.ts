import { ArgumentError, mismatch } from '../errors.js';
import { writeBody } from './body.js';
import { NUMBERED } from './marker.js';
import type { Pending, TokenBuffer } from './token-buffer.js';
import { put, write } from './value.js';

/**
 * Writes an argument list: the number of arguments, then each of them. A primitive is its own token. An object is
 * written breadth first: a marker in its place, its body after everything that came before, so that no depth can
 * overflow the stack. Each sequence in a list says its length first.
 *
 * Bodies of equal content are equal wherever they stand, so sharing does not count. Only in a list that is cyclic, or
 * that unfolds to more than 10,000 objects or about 16 million characters, each object is numbered and written
 * once, and then one that occurs twice differs from two equal ones.
 */
export function writeList(to: TokenBuffer, args: readonly unknown[]): void {
  to.count = 0;
  to.numbers = undefined;
  if (writeAll(to, args)) return;
  forget(to);
  to.count = 0;
  to.numbers = new Map();
  put(to, NUMBERED);
  writeAll(to, args);
}

const LARGEST_UNFOLDING = 10_000;
const LONGEST_UNFOLDING = 2 ** 24;
/** About as many characters as stand for a token in a rendered key. */
const CHARACTERS_OF_TOKEN = 8;
/** An argument that makes new objects as it is read, by a getter or a `[cacheKey]`, has no end of them. */
const MOST_OBJECTS = 2 ** 22;

/** Tells whether the list has been written whole. */
function writeAll(to: TokenBuffer, args: readonly unknown[]): boolean {
  to.characters = 0;
  to.objects = 0;
  put(to, args.length);
  for (let i = 0; i < args.length; i++) write(to, args[i]);
  let written = 0;
  for (let at = to.first; at !== undefined; at = at.next) {
    if (to.numbers === undefined && isEndless(to, at, ++written)) return false;
    if (to.objects > MOST_OBJECTS) throw new ArgumentError(mismatch('args', `at most ${MOST_OBJECTS} objects`, args));
    to.at = at;
    writeBody(to, at);
  }
  forget(to);
  return true;
}

/** Keeps no argument alive. */
function forget(to: TokenBuffer): void {
  to.at = undefined;
  to.first = undefined;
  to.last = undefined;
}

/** Whether unfolding is to be given up: the list is too large or, looked for now and then, lies within itself. */
function isEndless(to: TokenBuffer, from: Pending, written: number): boolean {
  if (to.objects > LARGEST_UNFOLDING) return true;
  if (to.characters + to.count * CHARACTERS_OF_TOKEN > LONGEST_UNFOLDING) return true;
  if (written % 64 !== 0) return false;
  const path = new Set<object>();
  let at: Pending | undefined = from;
  while (at !== undefined && !path.has(at.target)) {
    path.add(at.target);
    at = at.parent;
  }
  return at !== undefined;
}
