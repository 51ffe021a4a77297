import type { ReceiverCache } from '../cache/receiver-cache.js';
import type { CallKey } from '../key/call-key.js';
import { shared } from '../shared-registry.js';
import { requireFunction } from '../validate.js';

/** A function that keeps the platform running until a promise has settled, such as `waitUntil` of Cloudflare Workers. */
type WaitUntil = (work: Promise<unknown>) => void;

/**
 * Sets the default of the option `waitUntil` for all cached functions of the process; `undefined` removes it. Copies of
 * memokit in one process share the default.
 *
 * @throws OptionError when `waitUntil` is neither a function nor `undefined`.
 * @example
 * import { waitUntil } from 'cloudflare:workers';
 * setWaitUntil(waitUntil);
 */
export function setWaitUntil(waitUntil: WaitUntil | undefined): void {
  requireFunction('waitUntil', waitUntil);
  shared.waitUntil = waitUntil;
}

/**
 * Gives a promise to `waitUntil`, if one is set, for a load that has just begun or a refresh that waits for another. The
 * promise never rejects.
 *
 * @param work Returns a promise that settles when the load has. It is not the promise that callers get, because a rejection of theirs that nobody
 *   handles must still be reported.
 */
export function keepRunning(
  { definition }: ReceiverCache,
  key: CallKey,
  args: readonly unknown[],
  work: () => Promise<unknown>,
): void {
  const waitUntil = definition.options.waitUntil ?? shared.waitUntil;
  const loads = shared.testing?.loads;
  if (waitUntil === undefined && loads === undefined) return;
  const { listeners } = definition;
  const ignore = () => {};
  const ended = work().then(ignore, ignore);
  loads?.add(ended);
  if (loads !== undefined) ended.then(() => loads.delete(ended));
  if (waitUntil === undefined) return;
  listeners.notifyDetached(key, args, [() => listeners.watch(waitUntil(ended), key, args)]);
}
