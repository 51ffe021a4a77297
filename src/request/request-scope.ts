import type { Scope } from '../definition/sharing.js';
import { sameValue } from '../platform.js';

/**
 * The scope of one request: while the request lasts, each receiver owns entries in it, and functions own some in common.
 * Copies of memokit call `owner`, `end` and `isOver` on the scopes of each other.
 */
export class RequestScope implements Scope {
  /** The owners by receiver; none once the request is over. Nothing else holds an owner, so its entries go with it. */
  #owners: Owners | undefined = { ofObjects: new WeakMap(), ofOthers: new Map() };

  /** Whether the request is over. Async contexts that it has begun may last, and hold this object. */
  get isOver(): boolean {
    return this.#owners === undefined;
  }

  owner(receiver: unknown): object | undefined {
    const owners = this.#owners;
    if (owners === undefined) return undefined;
    const isObject = (typeof receiver === 'object' && receiver !== null) || typeof receiver === 'function';
    const table: Table = isObject ? owners.ofObjects : owners.ofOthers;
    const key = sameValue(receiver, -0) ? MINUS_ZERO : receiver;
    const owner = table.get(key) ?? {};
    table.set(key, owner);
    return owner;
  }

  /** Ends the request: calls in its async context are outside of it from now on. */
  end(): void {
    this.#owners = undefined;
  }
}

interface Owners {
  readonly ofObjects: WeakMap<object, object>;
  /** The owners of primitive receivers, and that of functions. */
  readonly ofOthers: Map<unknown, object>;
}

/** What the two tables have in common. */
interface Table {
  get(key: any): object | undefined;
  set(key: any, owner: object): unknown;
}

/** Replaces -0 as a key, because a Map treats -0 and 0 as the same key. */
const MINUS_ZERO = {};
