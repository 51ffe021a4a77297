import type { Identity } from './identity.js';
import { textOfSymbol } from './identity.js';
import type { Marker } from './marker.js';

/**
 * Renders a token list as a text. Two lists have the same text exactly when they are equal, because the text of every token
 * contains its type, and its length or an end mark.
 */
export function render(tokens: readonly unknown[], count: number): string {
  let text = OPEN;
  for (let i = 0; i < count; i++) text += textOf(tokens[i]);
  return text;
}

/** The first character of every rendered key. */
export const OPEN = '(';

/** Renders one token. */
export function textOf(token: unknown): string {
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
