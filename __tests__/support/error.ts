import { expect } from '@jest/globals';

/** A matcher of errors by some of their properties, for `toThrow`. */
export function error(properties: { code: string; message?: unknown }): Error {
  return expect.objectContaining(properties) as unknown as Error;
}
