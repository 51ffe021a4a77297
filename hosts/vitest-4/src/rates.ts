import { cached, evicts } from 'memokit';

/** Calls of the source behind the caches, in their order. */
export const loads: string[] = [];

export class Rates {
  @cached({ ttl: 60_000 })
  async get(currency: string): Promise<string> {
    loads.push(`get ${currency}`);
    return `${currency} ${loads.length}`;
  }

  @cached({ ttl: 60_000, staleWhileRevalidate: 60_000 })
  async old(currency: string): Promise<string> {
    loads.push(`old ${currency}`);
    return `${currency} ${loads.length}`;
  }

  @cached({ timeout: 5000 })
  hang(): Promise<string> {
    return new Promise(() => {});
  }

  @cached({ many: 'getMany' })
  one(_id: number): Promise<string> {
    throw new Error('getMany is called instead');
  }

  async getMany(ids: readonly number[]): Promise<string[]> {
    loads.push(`getMany ${ids}`);
    return ids.map((id) => `rate ${id}`);
  }

  @evicts<Rates>('get', (currency) => [currency])
  async set(currency: string): Promise<void> {
    loads.push(`set ${currency}`);
  }
}
