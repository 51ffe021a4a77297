import { getProperty, peek } from '../platform.js';

/**
 * Returns a module of Node, such as `node:zlib`, without an import, so that a bundle for a browser needs no stand-in. Returns
 * `undefined` where there is none: outside of Node, Bun and Deno, and in Node before 20.16.
 */
export function builtInModule<T>(name: string): T | undefined {
  const process = getProperty(globalThis, 'process') as { getBuiltinModule?: (name: string) => unknown } | undefined;
  if (typeof process !== 'object' || typeof peek(process, 'getBuiltinModule') !== 'function') return undefined;
  return process.getBuiltinModule!(name) as T | undefined;
}
