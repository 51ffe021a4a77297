import { type Reference, referenceTo } from '../platform.js';
import { Identity } from './identity.js';
import { PACKED } from './marker.js';
import { OPEN, textOf } from './render.js';
import type { TokenBuffer } from './token-buffer.js';
import { sameTokens } from './token-tree.js';

/**
 * Packs the tokens in a buffer if they are many, so that an entry that keeps them takes little more memory than their text.
 * A packed list is a marker, then the rendered tokens as texts of a few thousand characters. A long string stays a token,
 * because a copy would cost more; so do symbols and identities, and bigints, which may take long to render. Two packed lists are the same
 * exactly when their tokens are, and none is the beginning of another, because rendered tokens have both properties.
 */
export function pack(to: TokenBuffer): void {
  if (to.count <= MOST_TOKENS) return;
  const packed = packedBefore(to);
  if (to.stale < to.count) to.stale = to.count;
  to.count = packed.length;
  for (let i = 0; i < packed.length; i++) to.list[i] = packed[i];
}

/** Whether a token list is packed. */
export function isPacked(tokens: readonly unknown[]): boolean {
  return tokens[0] === PACKED;
}

/** Renders a packed list as `render` renders its tokens. */
export function renderPacked([, ...texts]: readonly unknown[]): string {
  return OPEN + texts.map((text) => (typeof text === 'string' ? text : textOf(text))).join('');
}

/** The most tokens of a list that is not packed. */
const MOST_TOKENS = 256;

/**
 * The length that a text reaches before the next one begins. V8 hashes all characters of texts up to twice as long. Of
 * texts four times as long, it hashes only the length.
 */
const CHUNK = 4096;

/** Makes one string of a text that was put together from parts. The engine does so when a character is read. */
function flat(text: string): string {
  // An engine may leave out a read whose result is not used.
  last.character = text.charCodeAt(0);
  return text;
}

const last = { character: 0 };

/**
 * The lists that were packed last, by a sketch of their tokens, with the packed lists. To compare a list takes less time than
 * to pack it again. The next garbage collection may clear them, so they keep no string alive for long.
 */
let recent: Reference<Map<number, Recent>> | undefined;
/** How much more they may hold, in tokens. A string also counts as a token for each eight characters. */
let room = 0;

interface Recent {
  readonly tokens: readonly unknown[];
  readonly packed: readonly unknown[];
}

const MOST_ROOM = 2 ** 17;

/** Returns the packed tokens of a buffer: the ones from last time, or else new ones. */
function packedBefore(from: TokenBuffer): readonly unknown[] {
  const { list, count, characters } = from;
  const size = count + (characters >> 3);
  if (size > MOST_ROOM) return packedTokens(from);
  let known = recent?.deref();
  const sketch = sketchOf(from);
  const same = known?.get(sketch);
  if (same !== undefined && sameTokens(same.tokens, list, count)) return same.packed;
  const packed = packedTokens(from);
  if (known === undefined) recent = referenceTo((known = new Map()));
  // Clears the same map, because the engine keeps every new one until the current job ends.
  if (known.size === 0 || room < size) {
    known.clear();
    room = MOST_ROOM;
  }
  room -= size;
  known.set(sketch, { tokens: list.slice(0, count), packed });
  return packed;
}

/** A number that differs for most lists that differ. Looks at a few tokens. */
function sketchOf({ list, count, characters }: TokenBuffer): number {
  let sketch = count + characters;
  for (let i = count - 1; i > 0; i -= count >> 3) {
    const token = list[i];
    // The factor brings the fraction of a number into its whole part.
    let part = 0;
    if (typeof token === 'number') part = token * 0x9e3779b1;
    else if (typeof token === 'string')
      part = token.charCodeAt(i % token.length) * 7 + token.charCodeAt(token.length - 1);
    // An empty string gives NaN, which counts as 0.
    sketch = ((sketch + (part | 0)) * 31) | 0;
  }
  return sketch;
}

function packedTokens({ list, count }: TokenBuffer): readonly unknown[] {
  const packed: unknown[] = [PACKED];
  let text = '';
  const end = () => {
    if (text !== '') packed.push(flat(text));
    text = '';
  };
  for (let i = 0; i < count; i++) {
    const token = list[i];
    const isLong = typeof token === 'string' && token.length >= CHUNK;
    if (isLong) text += `s${token.length}:`;
    if (isLong || typeof token === 'bigint' || typeof token === 'symbol' || token instanceof Identity) {
      end();
      packed.push(token);
    } else {
      text += textOf(token);
      if (text.length >= CHUNK) end();
    }
  }
  end();
  return packed;
}
