import { OneShotError } from '../errors.js';
import { ignoreForeign, peek } from '../platform.js';

/** @throws OneShotError when a second caller would find the result used up. */
export function refuseOneShot(result: unknown, named: { readonly name: string }): void {
  if (typeof result !== 'object' || result === null) return;
  const kind = oneShotKind(result);
  if (kind === undefined) return;
  throw new OneShotError(`${named.name} returned a ${kind}, which can be read only once: return an array instead`);
}

/** What to call a result that can be read only once; `undefined` for any other result. */
function oneShotKind(result: object): string | undefined {
  const tag = peek(result, Symbol.toStringTag);
  if (typeof tag === 'string' && (TAGS.includes(tag) || tag.endsWith(' Iterator'))) return tag;
  // Code that was compiled for an older target makes generators without a tag. Like each iterator that the language makes,
  // they iterate themselves.
  if (typeof peek(result, 'next') !== 'function') return undefined;
  if (iteratesItself(result, Symbol.iterator)) return 'Iterator';
  return iteratesItself(result, Symbol.asyncIterator) ? 'AsyncIterator' : undefined;
}

function iteratesItself(result: object, symbol: symbol): boolean {
  const iterate = peek(result, symbol);
  try {
    return typeof iterate === 'function' && iterate.call(result) === result;
  } catch (error) {
    ignoreForeign(error);
    return false;
  }
}

const TAGS = ['Generator', 'AsyncGenerator', 'Iterator', 'AsyncIterator', 'Iterator Helper'];
