import { hasOwn, resolved } from '../platform.js';

/** A turn of the event loop: one task, and all promise jobs that follow from it. */

/** Resolves when no promise job of this turn is left. Fake timers and stopped clocks do not delay it. */
export function endOfTurn(): Promise<void> {
  // The wait starts in a promise job, because a tick that the task itself requests runs before all promise jobs.
  return resolved(undefined).then(() => new Promise(afterJobs));
}

/**
 * Calls a function after the promise jobs, as soon as the platform can. It is chosen once, before any test installs
 * fakes.
 */
const afterJobs = /* @__PURE__ */ ((): ((job: () => void) => void) => {
  const { process, setImmediate } = globalThis as Partial<typeof globalThis>;
  const tick = ownOf(process?.nextTick);
  if (tick) return (job) => tick.call(process, job);
  const immediate = ownOf(setImmediate);
  if (immediate) return (job) => immediate(job);
  // Read only here: in Node the first look at it defines it, which a frozen `globalThis` refuses.
  const { MessageChannel } = globalThis as Partial<typeof globalThis>;
  // Browsers delay nested timers by at least 4 ms, and timers in a hidden tab by at least a second.
  if (MessageChannel) return (job) => post(new MessageChannel(), job);
  return (job) => setTimeout(job);
})();

/**
 * Returns a function of the platform, or `undefined` if it is a fake that was installed before this module was loaded.
 */
function ownOf<F extends object>(fn: F | undefined): F | undefined {
  return fn === undefined || hasOwn(fn, 'clock') ? undefined : fn;
}

function post({ port1, port2 }: MessageChannel, job: () => void): void {
  port1.onmessage = () => {
    // An open port keeps a process alive.
    port1.close();
    job();
  };
  port2.postMessage(undefined);
}
