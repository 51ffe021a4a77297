/** A turn of the event loop: one task, and all the promise jobs that come of it. */

/** Resolves when no promise job of this turn is left. Fake timers, and clocks that stand still, do not hold it up. */
export function endOfTurn(): Promise<void> {
  // Behind a promise job: a tick that the task itself asks for comes before all of them, and would end the turn too early.
  return Promise.resolve().then(() => new Promise(afterJobs));
}

/** Calls back after the promise jobs, as soon as the platform can. Found once, before anybody's tests fake it. */
const afterJobs = /* @__PURE__ */ ((): ((job: () => void) => void) => {
  const { process, setImmediate, MessageChannel } = globalThis as Partial<typeof globalThis>;
  const tick = ownOf(process?.nextTick);
  if (tick) return (job) => tick.call(process, job);
  const immediate = ownOf(setImmediate);
  if (immediate) return (job) => immediate(job);
  // A browser sets no timer to less than 4 ms after a few, nor to less than a second in a tab that is hidden.
  if (MessageChannel) return (job) => post(new MessageChannel(), job);
  return (job) => setTimeout(job);
})();

/** A platform's function, unless it is a fake that was there before this was loaded. */
function ownOf<F extends object>(fn: F | undefined): F | undefined {
  return fn === undefined || 'clock' in fn ? undefined : fn;
}

function post({ port1, port2 }: MessageChannel, job: () => void): void {
  port1.onmessage = () => {
    // An open port keeps a process alive.
    port1.close();
    job();
  };
  port2.postMessage(undefined);
}
