import { type AbortSignalLike, cached, LruCache, loadSignal, memoize } from 'memokit';
import { portable, type SyncCodec } from 'memokit/store';

/** A program whose types have neither a DOM nor Node, and that brings its own signals. */
export const codec: SyncCodec = portable();
export const lru = new LruCache<string, number>({ capacity: 3 });

class Signal implements AbortSignalLike {
  readonly aborted = false;
  addEventListener(): void {}
  removeEventListener(): void {}
}

export const load = memoize(async (id: number, _signal?: Signal) => loadSignal()?.aborted ?? id > 0, {
  signal: (_id, signal) => signal,
});

export class Service {
  @cached({ signal: (_id: number, signal?: Signal) => signal })
  async get(id: number, _signal?: Signal): Promise<number> {
    return id;
  }
}
