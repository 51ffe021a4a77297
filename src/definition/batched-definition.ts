import type { CallKey } from '../key/call-key.js';
import type { Fn } from './function.js';
import type { ResolvedOptions } from './resolved-options.js';

/** The part of a definition that its batched method uses. The batched method is made first. */
export interface BatchedDefinition {
  /** The name of the definition, for error messages. */
  readonly name: () => string;
  readonly options: ResolvedOptions;
  /** The key of a call whose arguments hold no signal. */
  readonly keyOf: (receiver: unknown, args: readonly unknown[]) => CallKey;
  /** The method behind a memoized function. */
  readonly methodOf: (fn: unknown) => Fn | undefined;
}
