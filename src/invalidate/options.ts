import { ownOptions, requireFunction, requireOption } from '../validate.js';

/**
 * The options of `puts`. The mutator is the decorated method, and `This` is the type of its receiver. An option that is
 * a function of the result gets the awaited value of a promise.
 */
export interface PutsOptions<This = any> {
  /**
   * A function that decides whether a success of the mutator counts. It gets the mutator's result and then its
   * arguments, and must not return a promise. If it throws, every call of the named members is evicted, and the caller
   * gets the error.
   * @default every success counts
   * @example puts<Users>('get', (user) => [user.id], { when: (saved) => saved !== undefined })
   */
  readonly when?: ((this: This, result: any, ...args: any[]) => boolean) | undefined;
  /**
   * The values that the argument function gets. With 'arguments', it gets the mutator's arguments; with 'result', the
   * mutator's result and then its arguments. `evicts` calls the function before the mutator runs, or with 'result'
   * after it succeeds. `puts` always calls it after the mutator succeeds.
   * @default 'arguments'
   * @example puts<Users>('get', (user) => [user.id], { by: 'result' })
   */
  readonly by?: 'arguments' | 'result' | undefined;
}

/** The options of `evicts`. */
export interface EvictsOptions<This = any> extends PutsOptions<This> {
  /**
   * Whether to evict before the mutator runs instead of after it succeeds, so that a failure of the mutator evicts too.
   * `when` gets `undefined` as the result. The result of a load that begins while the mutator runs is stored. If a
   * listener or callback throws, the mutator does not run. It cannot be combined with `by: 'result'`.
   * @default false
   * @example evicts<Service>('get', { before: true })
   */
  readonly before?: boolean | undefined;
}

/** Checks the options of `puts`. @throws OptionError that names the first option that breaks `PutsOptions`. */
export function resolvePutsOptions(options: PutsOptions): PutsOptions {
  return resolve(options, 'when by');
}

/** Checks the options of `evicts`. @throws OptionError that names the first option that breaks `EvictsOptions`. */
export function resolveEvictsOptions(options: EvictsOptions): EvictsOptions {
  return resolve(options, 'when by before');
}

function resolve(options: EvictsOptions, known: string): EvictsOptions {
  const own = ownOptions(options, known);
  const { when, by, before } = own;
  requireFunction('when', when);
  requireOption([undefined, 'arguments', 'result'].includes(by), 'by', "'arguments' or 'result'", by);
  requireOption(before === undefined || typeof before === 'boolean', 'before', 'a boolean', before);
  requireOption(!before || by !== 'result', 'by', "'arguments' when before is true", by);
  return own;
}
