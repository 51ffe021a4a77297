import type { CallKey } from '../key/call-key.js';
import type { Fn } from './function.js';

/** What a batched method needs to know of its definition, which is made after it. */
export interface BatchedDefinition {
  /** The name of the definition, for error messages. */
  readonly name: () => string;
  /** The key of a call; `undefined` where the arguments themselves are the key. */
  readonly keyOf: ((receiver: unknown, args: readonly unknown[]) => CallKey) | undefined;
  /** The option `batchBy`. */
  readonly batchBy: Fn | undefined;
  /** The method behind a memoized function. */
  readonly methodOf: (fn: unknown) => Fn | undefined;
}
