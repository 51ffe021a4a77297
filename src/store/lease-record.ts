import type { LeaseRecord } from './engine.js';

/** A stored lease at a time. Returns whether it has not ended. One of the future was given before the clock was set back. */
export function isRunning(lease: LeaseRecord | undefined, now: number): lease is LeaseRecord {
  return lease !== undefined && lease.since <= now && now < lease.until;
}

/** Whether a lease has not ended, and its holder has a token. */
export function isHeldBy(lease: LeaseRecord | undefined, token: string, now: number): boolean {
  return isRunning(lease, now) && lease.token === token;
}
