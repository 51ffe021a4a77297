import type { Fn } from './definition.js';

/** The appearance of a function: its name, length and own properties. Puts that of one on another. */
export function copyAppearance(from: Fn, to: Fn): void {
  const { prototype: _, ...own } = Object.getOwnPropertyDescriptors(from) as PropertyDescriptorMap;
  Object.defineProperties(to, own);
}
