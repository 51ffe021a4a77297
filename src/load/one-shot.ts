import { OneShotError } from '../errors.js';

/** @throws OneShotError when a second caller would find the result used up. */
export function refuseOneShot(result: unknown, named: { readonly name: string }): void {
  if (typeof result !== 'object' || result === null) return;
  const tag = (result as { [Symbol.toStringTag]?: unknown })[Symbol.toStringTag];
  if (typeof tag === 'string' && ONE_SHOT.test(tag)) {
    throw new OneShotError(`${named.name} returned a ${tag}, which can be read only once: return an array instead`);
  }
}

const ONE_SHOT = /^(Async)?Generator$| Iterator$|^Iterator Helper$/;
