import { shortened } from '../errors.js';
import { isArray, nameOf, peek, prototypeOf } from '../platform.js';
import { CodecError } from './codec-error.js';
import { kindOf, nameOfPrototype } from './kind.js';

/** Containers nested deeper than this are refused, so that neither writing nor reading overflows the stack. */
export const MAX_DEPTH = 1000;

/** A longer path is cut here. */
const MAX_PATH = 200;

/**
 * The way from a value to one of its parts. A walk enters a container, sets `step` before it goes to each member, and
 * leaves the container. Nothing is made into text unless the walk refuses a part.
 */
export class Path {
  /** The containers that the walk is in, the outermost first. Only the first `depth` count. */
  readonly containers: object[] = [];
  readonly #steps: (PropertyKey | undefined)[] = [];
  depth = 0;

  enter(container: object): void {
    if (this.depth >= MAX_DEPTH) this.refuse(`nested deeper than ${MAX_DEPTH} containers`);
    this.#steps[this.depth] = undefined;
    this.containers[this.depth++] = container;
  }

  leave(): void {
    this.depth--;
  }

  /** The key of the member that the walk goes to: its name, or its number in a Map or Set. */
  set step(step: PropertyKey) {
    this.#steps[this.depth - 1] = step;
  }

  /** @throws CodecError that begins with the path. */
  refuse(what: string, cause?: unknown): never {
    throw new CodecError(`${this}: ${what}`, cause === undefined ? undefined : { cause });
  }

  toString(): string {
    let text = 'result';
    for (let at = 0; at < this.depth && text.length < MAX_PATH; at++) {
      text += stepText(this.containers[at]!, this.#steps[at]);
    }
    return shortened(text, MAX_PATH);
  }
}

/** Returns the text of a step, such as `.name`, `[3]` or `.get("key")`. */
function stepText(container: object, step: PropertyKey | undefined): string {
  if (step === undefined) return '';
  if (typeof step === 'symbol') return `[${shortened(step)}]`;
  if (typeof step === 'number' && container instanceof Set) return `.values()[${step}]`;
  if (typeof step === 'number' && container instanceof Map) return mapStepText(container, step);
  if (typeof step === 'number' || (isArray(container) && /^\d+$/.test(step))) return `[${step}]`;
  return /^[\p{L}_$][\p{L}\d_$]*$/u.test(step) ? `.${shortened(step)}` : `[${JSON.stringify(shortened(step))}]`;
}

/** The keys of a Map have even numbers, and each value has the number after that of its key. */
function mapStepText(map: Map<unknown, unknown>, step: number): string {
  const position = step >> 1;
  if (step % 2 === 0) return `.keys()[${position}]`;
  const key = [...map.keys()][position];
  if (typeof key === 'string') return `.get(${JSON.stringify(shortened(key))})`;
  return Object(key) === key || typeof key === 'symbol' ? `.values()[${position}]` : `.get(${shortened(key)})`;
}

/** Returns words for a value that cannot be stored, such as `a function` or `an instance of Socket`. */
export function describe(value: unknown): string {
  if (value === undefined || value === null) return String(value);
  if (typeof value !== 'object') return `a ${typeof value}`;
  const prototype = prototypeOf(value) as object | null;
  const builtIn = kindOf(value) === undefined && nameOfPrototype(prototype);
  if (builtIn) return `a proxy of, or an object that only looks like, an instance of ${builtIn}`;
  const name = prototype && nameOf(peek(prototype, 'constructor'));
  return name ? `an instance of ${shortened(name, 100)}` : 'an object with another prototype';
}
