import { redisStore } from 'memokit/redis';
import type { StoreUnderTest } from 'memokit/testing';
import { type Client, ready } from './redis-clients.js';

let stores = 0;

/** Makes stores for the contract, over clients that a function makes. */
export async function storesOver(make: () => Client): Promise<StoreUnderTest> {
  const prefix = `test${stores++}`;
  const clients: Client[] = [];
  const open = () => {
    const client = make();
    clients.push(client);
    // The cases are about what a store does, not about how busy the machine is.
    return ready(redisStore(client.client, { prefix, opTimeout: '5s' }));
  };
  const [store, other] = [await open(), await open()];
  return {
    store,
    other,
    // A timer may be a fraction of a millisecond early by the clock of the server.
    advance: (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms + 2)),
    fail: () => clients[0]!.close(),
    dispose: () => {
      for (const { close } of clients) close();
    },
  };
}

/** What a case of the contract gives on a server, which has neither a clock that a test can set nor answers at once. */
export function outcomeOf(name: string): string {
  return /answer at once|set back/.test(name) ? 'skipped' : 'passed';
}
