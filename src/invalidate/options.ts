import { entriesOf } from '../platform.js';
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
  /**
   * Whether to expire entries instead of deleting them: the old value stays for as long as `staleWhileRevalidate`,
   * `staleIfError` or `revalidate` of the cached member keep it. Also where a result cannot be put.
   * @default false
   * @example evicts<Users>('get', (user) => [user.id], { soft: true })
   */
  readonly soft?: boolean | undefined;
  /**
   * A function that is given what is to be done to the caches, and the mutator's arguments, and has it done later: when a
   * transaction is committed, say. Until `apply` is called, entries stay as they are. If it is never called, as after a
   * rollback, nothing is changed. Loads in flight are fenced when the mutator succeeds, and again by `apply`. `apply`
   * works once, and throws what listeners throw. If the function throws, the changes are made at once, and the caller of
   * the mutator gets the error. If it returns a promise that rejects before `apply` was called, the calls are evicted: it is
   * not known then whether the change will be made. The rejection itself is ignored. It cannot be combined with `before`.
   * @default the changes are made when the mutator succeeds
   * @example evicts<Users>('get', (user) => [user.id], { defer: (apply, user, tx) => tx.afterCommit(apply) })
   */
  readonly defer?: ((this: This, apply: () => void, ...args: any[]) => void) | undefined;
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
  return resolve(options, 'when by soft defer');
}

/** Checks the options of `evicts`. @throws OptionError that names the first option that breaks `EvictsOptions`. */
export function resolveEvictsOptions(options: EvictsOptions): EvictsOptions {
  return resolve(options, 'when by before soft defer');
}

function resolve(options: EvictsOptions, known: string): EvictsOptions {
  const own = ownOptions(options, known);
  const { when, by, before, soft, defer } = own;
  requireFunction('when', when);
  requireFunction('defer', defer);
  requireOption([undefined, 'arguments', 'result'].includes(by), 'by', "'arguments' or 'result'", by);
  for (const [option, given] of entriesOf({ before, soft })) {
    requireOption(given === undefined || typeof given === 'boolean', option, 'a boolean', given);
  }
  requireOption(!before || by !== 'result', 'by', "'arguments' when before is true", by);
  requireOption(!before || defer === undefined, 'defer', 'none when before is true', defer);
  return own;
}
