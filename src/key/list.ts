import { ArgumentError, mismatch } from '../errors.js';
import { max } from '../platform.js';
import { writeBody } from './body.js';
import { refuseValue } from './cache-key.js';
import { KEYED, NUMBERED } from './marker.js';
import type { Pending, TokenBuffer } from './token-buffer.js';
import { put, write } from './value.js';

/**
 * Writes an argument list: the number of arguments, then each argument. A primitive is its own token. Objects are written
 * breadth first: a marker in the place of the object, and its body after everything that came before. So no depth can
 * overflow the stack. Each sequence starts with its length.
 *
 * Objects of equal content are written alike, whether or not they are the same object. There is one exception: if the list
 * is cyclic, or unfolds to more than 10,000 objects or about 16 million characters, each object that has properties or another
 * content is numbered and written only once. Then such an object that occurs twice differs from two equal objects.
 */
export function writeList(to: TokenBuffer, args: readonly unknown[]): void {
  to.count = 0;
  to.numbers = undefined;
  if (writeAll(to, args)) return;
  clearQueue(to);
  to.stale = max(to.stale, to.count);
  to.count = 0;
  to.numbers = new Map();
  put(to, NUMBERED);
  writeAll(to, args);
}

const LARGEST_UNFOLDING = 10_000;
const LONGEST_UNFOLDING = 2 ** 24;
/** The number of written objects at which a cycle is first looked for. Most lists hold fewer. */
const FIRST_LOOK = 64;
/** The number of tokens at the first look, if fewer objects were written: a long list may contain itself. */
const FIRST_LOOK_TOKENS = 512;
/** The approximate number of characters of a token in a rendered key. */
const CHARACTERS_OF_TOKEN = 8;
/**
 * The most objects in a list. A getter or a `[cacheKey]` that makes a new object at each read would otherwise never
 * end.
 */
const MOST_OBJECTS = 2 ** 22;

/** Writes the whole list. Returns false if it gave up, because the list has to be numbered. */
function writeAll(to: TokenBuffer, args: readonly unknown[]): boolean {
  to.characters = 0;
  to.objects = 0;
  put(to, args.length);
  for (let i = 0; i < args.length; i++) write(to, args[i]);
  let written = 0;
  let nextLook = FIRST_LOOK_TOKENS;
  for (let at = to.first; at !== undefined; at = at.next) {
    if (to.numbers === undefined) {
      written++;
      const isDue = to.count >= nextLook || (written >= FIRST_LOOK && (written & (written - 1)) === 0);
      if (to.count >= nextLook) nextLook = 2 * to.count;
      if (needsNumbering(to, at, isDue)) return false;
    }
    if (to.objects > MOST_OBJECTS) {
      if (at.kind === KEYED) refuseValue(at.target);
      throw new ArgumentError(mismatch('args', `at most ${MOST_OBJECTS} objects`, args));
    }
    to.at = at;
    writeBody(to, at);
  }
  clearQueue(to);
  return true;
}

/** Empties the queue of pending objects, so that the buffer keeps no argument alive. */
function clearQueue(to: TokenBuffer): void {
  to.at = undefined;
  to.first = undefined;
  to.last = undefined;
}

/**
 * Whether the objects have to be numbered, because the list is too large or cyclic. Looks for a cycle only when a look
 * is due: when the number of written objects is a power of two, or that of tokens has doubled. A look takes at most as many
 * steps as objects were written, so all looks together take a few times that.
 */
function needsNumbering(to: TokenBuffer, from: Pending, isDue: boolean): boolean {
  if (to.objects > LARGEST_UNFOLDING) return true;
  if (to.characters + to.count * CHARACTERS_OF_TOKEN > LONGEST_UNFOLDING) return true;
  if (!isDue) return false;
  const path = new Set<object>();
  let at: Pending | undefined = from;
  while (at !== undefined && !path.has(at.target)) {
    path.add(at.target);
    at = at.parent;
  }
  return at !== undefined;
}
