/**
 * A service: a class with one memoized member that depends on `this`, made as the users of a peer
 * make it: with its decorator, compiled in one of the two dialects, or by memoizing the prototype's method.
 */
import { createRequire } from 'node:module';

/** Compiles with the esbuild of the repository. */
const { transform } = createRequire(new URL('../../package.json', import.meta.url))('esbuild');

const METHOD = `
export default function (decorate) {
  class Service {
    constructor(id, tally) { this.id = id; this.tally = tally; }
    @decorate get(key) { this.tally.runs++; return this.id + key; }
  }
  return Service;
}`;
const GETTER = METHOD.replace('get(key)', 'get value()').replace('this.id + key', 'this.id');

/** The service whose method `get(key)` is memoized. */
export async function serviceOf(peer) {
  if (peer.decorator !== undefined) return decoratedServiceOf(peer, peer.dialects[0]);
  const Service = (await compile(METHOD.replace('@decorate', ''), 'standard'))();
  if (peer.method !== undefined) peer.method(Service.prototype, 'get');
  else Service.prototype.get = peer.memoize(Service.prototype.get, {});
  return Service;
}

/** The service whose method `get(key)` is decorated, in a dialect. */
export async function decoratedServiceOf(peer, dialect) {
  return (await compile(METHOD, dialect))(peer.decorator());
}

/** The service whose getter `value` is decorated. */
export async function getterServiceOf(peer) {
  return (await compile(GETTER, peer.dialects[0]))(peer.decorator());
}

/** What a TypeScript module exports by default, its decorators compiled in one of the two dialects. */
export async function compile(source, dialect) {
  const { code } = await transform(source, {
    loader: 'ts',
    target: 'es2022',
    tsconfigRaw: { compilerOptions: { experimentalDecorators: dialect === 'legacy' } },
  });
  return (await import(`data:text/javascript,${encodeURIComponent(code)}`)).default;
}
