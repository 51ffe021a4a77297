import { requireFunction, requireNames, requireOption } from '../validate.js';

/** Options of `puts`. `This` is the receiver; where a result is given, a promise has been awaited. */
export interface PutsOptions<This = any> {
  /**
   * Whether this success of the mutator counts. Called with the mutator's result and its arguments. What it throws
   * has every call of the named members evicted.
   * @default every success counts
   * @example puts<Users>('get', (user) => [user.id], { when: (saved) => saved !== undefined })
   */
  readonly when?: ((this: This, result: any, ...args: any[]) => boolean) | undefined;
  /**
   * What the argument function is given: the mutator's arguments, or its result and then its arguments. `evicts` calls
   * it before the mutator runs, or with the result after; `puts` always after.
   * @default 'arguments'
   * @example puts<Users>('get', (user) => [user.id], { by: 'result' })
   */
  readonly by?: 'arguments' | 'result' | undefined;
}

/** Options of `evicts`. */
export interface EvictsOptions<This = any> extends PutsOptions<This> {
  /**
   * Evicts before the mutator runs, and not after it: also when it fails then. `when` is given
   * `undefined` as the result. A load that begins while the mutator runs is stored. What a listener
   * or callback throws keeps the mutator from running.
   * @default false
   * @example evicts<Service>('get', { before: true })
   */
  readonly before?: boolean | undefined;
}

/** @throws OptionError that names the first option which is not as `PutsOptions` says. */
export function resolvePutsOptions(options: PutsOptions): PutsOptions {
  return resolve(options, 'when by');
}

/** @throws OptionError that names the first option which is not as `EvictsOptions` says. */
export function resolveEvictsOptions(options: EvictsOptions): EvictsOptions {
  return resolve(options, 'when by before');
}

function resolve({ ...options }: EvictsOptions, known: string): EvictsOptions {
  requireNames(options, known);
  const { when, by, before } = options;
  requireFunction('when', when);
  requireOption([undefined, 'arguments', 'result'].includes(by), 'by', "'arguments' or 'result'", by);
  requireOption(before === undefined || typeof before === 'boolean', 'before', 'a boolean', before);
  requireOption(!before || by !== 'result', 'by', "'arguments', as there is no result before", by);
  return options;
}
