import { min } from '../platform.js';
import { startTimer } from '../time/timer.js';
import type { Listening, Subscription } from './client.js';

/** A connection of its own that can listen to a channel. It does not connect again when it is lost. */
export interface Subscriber {
  /** Connects and subscribes. */
  listen(): Promise<unknown>;
  ping(): Promise<unknown>;
  close(): void;
}

/**
 * Keeps a subscription: opens a new connection after a pause when one is lost or cannot be had. Each connection is made anew,
 * so that it goes to the node that the client knows of then: the one of before may be gone, or be a replica now.
 *
 * @param make Makes a connection, which calls `message` with what it hears and `lost` when it was lost.
 */
export function keepSubscribed(
  listening: Listening,
  make: (message: (text: string) => void, lost: () => void) => Subscriber | Promise<Subscriber>,
): Subscription {
  let attempt = 0;
  let failures = 0;
  let subscriber: Subscriber | undefined;
  let stop = () => {};
  const end = () => {
    attempt++;
    stop();
    subscriber?.close();
    subscriber = undefined;
  };
  const open = async () => {
    const mine = ++attempt;
    // A node that is frozen or cut off takes a connection, and never answers.
    stop = startTimer(DEADLINE, () => reopen());
    const isCurrent = () => mine === attempt;
    try {
      const made = await make(
        (text) => isCurrent() && listening.message(text),
        () => isCurrent() && reopen(),
      );
      if (!isCurrent()) return made.close();
      subscriber = made;
      await made.listen();
      if (!isCurrent()) return;
      stop();
      failures = 0;
      listening.up();
    } catch {
      if (isCurrent()) reopen();
    }
  };
  const reopen = () => {
    end();
    listening.down();
    stop = startTimer(min(++failures * 50, 500), open);
  };
  void open();
  return { ping: async () => subscriber?.ping(), reconnect: reopen, close: end };
}

/** The milliseconds that a connection and its subscription may take. */
const DEADLINE = 5000;
