import type { Store, StoredEntry, StoreKey } from 'memokit/store';

/**
 * Gets a value through a store, as the second tier of a cache does: reads, asks for the lease, loads and fills, or waits for
 * whoever loads. The callers of one process share one such load.
 */
export async function loadThrough(
  store: Store,
  key: StoreKey,
  leaseMs: number,
  load: () => Promise<string>,
): Promise<string> {
  for (;;) {
    const [entry] = await store.read([key]);
    if (entry && !entry.isExpired) return textOf(entry);
    const answer = await store.lease(key, leaseMs, entry?.token);
    if (answer.kind === 'found') return textOf(answer.entry);
    if (answer.kind === 'unavailable') return load();
    if (answer.kind === 'taken') {
      const renewal = setInterval(() => void store.renew(answer.lease, leaseMs), leaseMs / 3);
      try {
        const value = await load();
        await store.fill(answer.lease, { value: Buffer.from(value), ttl: Infinity, tags: [] });
        return value;
      } catch (error) {
        await store.release(answer.lease);
        throw error;
      } finally {
        clearInterval(renewal);
      }
    }
    await new Promise((resolve) => setTimeout(resolve, 5 + Math.random() * 15));
  }
}

function textOf(entry: StoredEntry): string {
  return Buffer.from(entry.value).toString();
}
