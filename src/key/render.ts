import type { Identity } from './identity.js';
import { textOfSymbol } from './identity.js';
import type { Marker } from './marker.js';

/**
 * The rendering of a token list: a text that two lists share exactly when they are equal. Every token carries its
 * type, and its length or an end mark, so that no two sequences read alike.
 */
export function render(tokens: readonly unknown[], count: number): string {
  let text = OPEN;
  for (let i = 0; i < count; i++) text += textOf(tokens[i]);
  return text;
}

/** The first character of every rendering. */
export const OPEN = '(';

function textOf(token: unknown): string {
  switch (typeof token) {
    case 'string':
      return `s${token.length}:${token}`;
    case 'number':
      return `${token};`;
    case 'boolean':
      return token ? 't' : 'f';
    case 'bigint':
      return `i${token};`;
    case 'undefined':
      return 'u';
    case 'symbol':
      return textOfSymbol(token);
    default:
      return token === null ? 'n' : (token as Marker | Identity).text;
  }
}
