import { requireCapacity, requireClock } from '../lru/options.js';
import { assign, bare, entriesOf, freezeObject, isArray, keysOf, tagOf } from '../platform.js';
import { isAsync } from '../promise.js';
import { type Clock, monotonic } from '../time/clock.js';
import { type Duration, durationOf } from '../time/duration.js';
import { LONGEST_TIMER } from '../time/timer.js';
import { ownOptions, requireFunction, requireOption } from '../validate.js';
import type { SignalPicker } from './caller-signal.js';
import { refuseBare, refuseForeign } from './foreign-names.js';
import type { CachedOptions } from './options.js';
import { SOURCE } from './source.js';

/** The options of one definition, checked and completed with their defaults. */
export interface ResolvedOptions extends CachedOptions {
  readonly capacity: number;
  readonly ttl: number | ((result: unknown, ...args: unknown[]) => Duration);
  readonly tags: ((result: unknown, ...args: unknown[]) => readonly string[]) | undefined;
  readonly freeze: boolean;
  readonly on: NonNullable<CachedOptions['on']>;
  readonly clock: Clock;
  readonly staleWhileRevalidate: number;
  readonly staleIfError: number;
  readonly revalidate: number;
  readonly idle: number;
  readonly refreshAhead: number;
  readonly jitter: number;
  /** The errors that an old value may stand in for; `undefined` for all. */
  readonly staleIfErrorWhen: ((error: unknown, ...args: unknown[]) => boolean) | undefined;
  readonly errorTtl: number | ((error: unknown, ...args: unknown[]) => Duration);
  readonly timeout: number;
  readonly softTimeout: number;
  /** The picker of the caller's signal. Any object with the members of an AbortSignal counts as a signal. */
  readonly signal: SignalPicker | undefined;
}

/** The default of every option, in the order in which error messages list the options. */
const DEFAULTS = {
  capacity: 128,
  ttl: Infinity,
  key: undefined,
  per: undefined,
  name: undefined,
  when: undefined,
  on: { hit: undefined, miss: undefined, evict: undefined, error: undefined },
  clock: monotonic,
  tags: undefined,
  staleWhileRevalidate: 0,
  staleIfError: 0,
  revalidate: 0,
  refreshAhead: 1,
  jitter: 0,
  errorTtl: 0,
  timeout: Infinity,
  softTimeout: Infinity,
  signal: undefined,
  many: undefined,
  batchBy: undefined,
  freeze: false,
  waitUntil: undefined,
  weigh: undefined,
  idle: Infinity,
  bypass: undefined,
  copy: undefined,
  store: undefined,
  version: undefined,
  id: undefined,
  check: undefined,
};

const OR_FUNCTION = ', or a function';

/** The options that are durations, each with the range and the alternative that `durationOf` takes. */
const DURATIONS: Record<string, [isPositive?: boolean, most?: number, other?: string]> = {
  ttl: [true, Infinity, OR_FUNCTION],
  staleWhileRevalidate: [],
  staleIfError: [false, Infinity, ', or an object with for and when'],
  revalidate: [],
  idle: [true],
  errorTtl: [false, Infinity, OR_FUNCTION],
  timeout: [true, LONGEST_TIMER],
  softTimeout: [true, LONGEST_TIMER],
};

const ASYNC_OPTIONS = [
  'staleWhileRevalidate',
  'staleIfError',
  'refreshAhead',
  'jitter',
  'errorTtl',
  'timeout',
  'softTimeout',
  'signal',
] as const;

/** Returns the name of the first option that is set and needs a method that returns promises, or `undefined`. */
export function asyncOptionOf(options: ResolvedOptions): string | undefined {
  return ASYNC_OPTIONS.find((name) => options[name] !== DEFAULTS[name]);
}

/**
 * Checks each option alone, and returns a copy of the options that are set, with those of a preset beneath them. Durations
 * are numbers in it. `undefined` sets nothing, so the option of the preset holds. @throws OptionError that names the first
 * option that breaks `CachedOptions`.
 *
 * @param isPreset Whether the options are for uses that may give others beside them.
 */
export function givenOptions(options: CachedOptions, preset?: CachedOptions, isPreset = true): CachedOptions {
  const names = keysOf(DEFAULTS) as (keyof CachedOptions)[];
  refuseBare(options);
  refuseForeign(options);
  const own = ownOptions(options, names.join(' ')) as Record<string, unknown>;
  for (const name of names) if (own[name] === undefined) delete own[name];
  if (own.on !== undefined) own.on = listenersOf(own.on as ResolvedOptions['on']);
  if (own.staleIfError !== undefined) takeStaleIfError(own);
  if (isArray(own.tags)) own.tags = constantTags(own.tags);
  for (const [name, range] of entriesOf(DURATIONS)) {
    const [, , other] = range;
    const isFunction = typeof own[name] === 'function' && other === OR_FUNCTION;
    if (own[name] !== undefined && !isFunction) own[name] = durationOf(name, own[name], ...range);
  }
  const given = assign(bare(preset), own);
  // With the preset, as `weigh` lets a capacity be a sum of weights. A use of this preset may still give it.
  requireEach({ ...DEFAULTS, ...given } as ResolvedOptions, isPreset);
  return given;
}

/**
 * Checks options, with those of a preset beneath them, and fills in the defaults. @throws OptionError that names the
 * first option that breaks `CachedOptions`.
 *
 * @param batch A batch function that stands in place of the option `many`.
 */
export function resolveOptions<Args extends readonly unknown[], R, This>(
  options: CachedOptions<Args, R, This>,
  preset?: CachedOptions,
  batch?: CachedOptions['many'],
): ResolvedOptions {
  const given = givenOptions(options, preset, false);
  const resolved = {
    ...DEFAULTS,
    staleIfErrorWhen: undefined,
    ...given,
    ...(batch && { many: batch }),
  } as ResolvedOptions;
  requireTogether(resolved, given.ttl !== undefined);
  return freezeObject(resolved);
}

/** Checks the options that can be checked alone. */
function requireEach(options: ResolvedOptions, isPreset: boolean): void {
  const { capacity, key, per, name, when, clock, tags, signal, many, batchBy, freeze, waitUntil } = options;
  const { refreshAhead, jitter, weigh, bypass, copy, errorTtl, store } = options;
  requireCapacity(capacity, isPreset || weigh !== undefined);
  const isSharing = [undefined, 'instance', 'class'].includes(per as never) || typeof Object(per).owner === 'function';
  requireOption(isSharing, 'per', "'instance', 'class' or a scope", per);
  requireOption(name === undefined || typeof name === 'string', 'name', 'a string', name);
  requireOption(tags === undefined || typeof tags === 'function', 'tags', 'a function, or an array of strings', tags);
  for (const [option, given] of entriesOf({ key, when, signal, batchBy, waitUntil, weigh, bypass, copy }))
    requireFunction(option, given);
  // An async function returns a new promise each time, so no two calls would have the same key.
  for (const [option, given] of entriesOf({ key, batchBy, bypass, copy, errorTtl })) {
    requireOption(!isAsync(given), option, 'a function that is not async', given);
  }
  requireClock(clock);
  const isFraction = (value: unknown) => typeof value === 'number' && value >= 0 && value <= 1;
  const isAhead = isFraction(refreshAhead) && refreshAhead > 0;
  requireOption(isAhead, 'refreshAhead', 'a number above 0, at most 1', refreshAhead);
  requireOption(isFraction(jitter), 'jitter', 'a number from 0 to 1', jitter);
  requireOption(typeof freeze === 'boolean', 'freeze', 'a boolean', freeze);
  const isMany = many === undefined || ['string', 'symbol', 'function'].includes(typeof many);
  requireOption(isMany, 'many', 'the name of a method, or a function', many);
  requireOption(store === undefined || Object(store)[SOURCE], 'store', 'a store', store);
}

/** Checks the options that need others beside them. */
function requireTogether(options: ResolvedOptions, hasTtl: boolean): void {
  const { ttl, key, many, batchBy, staleWhileRevalidate, staleIfError, refreshAhead, jitter, softTimeout } = options;
  for (const name of ['version', 'id', 'check'] as const)
    requireOption(options.store ?? options[name] === undefined, name, 'a store beside it', options[name]);
  requireOption(many !== undefined || !batchBy, 'batchBy', 'many beside it', batchBy);
  // One batch runs in the async context of its first call, so calls of other tenants must not be in it.
  const sharing = 'a function that says who may share a batch (() => 0 if all may), as many has a key';
  requireOption(batchBy || many === undefined || !key, 'batchBy', sharing, batchBy);
  // Without a ttl no entry grows old. A program that writes `ttl: Infinity` means to end its entries itself.
  for (const [option, given] of entriesOf({ staleWhileRevalidate, staleIfError })) {
    requireOption(hasTtl || given === 0, option, 'a ttl beside it', given);
  }
  const ends = ttl !== Infinity;
  requireOption(ends || refreshAhead === 1, 'refreshAhead', 'a finite ttl beside it', refreshAhead);
  requireOption(ends || jitter === 0, 'jitter', 'a finite ttl beside it', jitter);
  requireOption(staleIfError || softTimeout === Infinity, 'softTimeout', 'staleIfError beside it', softTimeout);
}

/** Parts `staleIfError` in its time and the function that says for which errors it holds. */
function takeStaleIfError(own: Record<string, unknown>): void {
  const given = own.staleIfError;
  own.staleIfErrorWhen = undefined;
  if (tagOf(given) !== '[object Object]') return;
  const { for: time, when } = ownOptions(given as { for: unknown; when: unknown }, 'for when', 'staleIfError');
  requireOption(
    typeof when === 'function' && !isAsync(when),
    'staleIfError.when',
    'a function that is not async',
    when,
  );
  own.staleIfError = durationOf('staleIfError.for', time);
  own.staleIfErrorWhen = when;
}

/** Checks tags that are the same for every result, and returns a function that gives a copy of them. */
function constantTags(tags: readonly unknown[]): () => readonly unknown[] {
  const copy = freezeObject([...tags]);
  for (const tag of copy) requireOption(typeof tag === 'string', 'tags', 'strings in its array', tag);
  return () => copy;
}

/** Checks the listeners, and returns a copy of them. */
function listenersOf(on: ResolvedOptions['on']): ResolvedOptions['on'] {
  refuseForeign(on);
  const listeners = ownOptions(on, 'hit miss evict error', 'on');
  for (const [event, listener] of entriesOf(listeners)) requireFunction(`on.${event}`, listener);
  return listeners;
}
