import { expect } from '@jest/globals';

/** A matcher for `toThrow` that compares some properties of an error. */
export function error(properties: { code: string; message?: unknown }): Error {
  return expect.objectContaining(properties) as unknown as Error;
}
