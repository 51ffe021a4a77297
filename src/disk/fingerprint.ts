import { createHash } from 'node:crypto';
import { ArgumentError, mismatch } from '../errors.js';
import { sourceOf } from '../platform.js';
import { shared } from '../shared-registry.js';

/**
 * Returns a text that changes when the source of one of the functions or classes changes, for the option `version`. It is
 * made of the exact sources, in their order: a comment or a space inside of a function changes it too, and so does a compiler
 * that writes another text. What the
 * functions call counts only if it is given too. Of a memoized function the function inside counts. O(length of the sources).
 * @throws ArgumentError for what is no function, and for a function that is built in, bound or a proxy, as its source is not known.
 *
 * @example
 * const render = memoize(renderPage, { store, version: fingerprint(renderPage, parseMarkdown) });
 */
export function fingerprint(...functions: readonly Fingerprinted[]): string {
  if (functions.length === 0) throw new ArgumentError('fingerprint: expected at least one function');
  const sources = functions.map((given: unknown, index) => {
    const name = `fingerprint: argument ${index + 1}`;
    if (typeof given !== 'function') throw new ArgumentError(mismatch(name, 'a function or class', given));
    const wrapped = shared.wrappers.get(given) as { definition: { method: object } } | undefined;
    const source = sourceOf(wrapped?.definition.method ?? given);
    if (!NATIVE.test(source)) return source;
    const kind = 'a function or class whose source is known';
    throw new ArgumentError(`${name}: expected ${kind}, but got one that is built in, bound or a proxy`);
  });
  return createHash('sha256').update(JSON.stringify(sources)).digest('base64url').slice(0, 22);
}

/** A function or class. */
export type Fingerprinted = ((...args: never[]) => unknown) | (abstract new (...args: never[]) => unknown);

/** The text of a function whose source the engine does not tell. It is no program, so no other function has it. */
const NATIVE = /^function [^(]*\(\)\s*\{\s*\[native code\]\s*\}$/;
