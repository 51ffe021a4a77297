/** A Worker that caches what a slow source says. Each path has a cache of its own. */
import { waitUntil } from 'cloudflare:workers';
import { cached, cacheOf, memoize, setWaitUntil } from 'memokit';

const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
/** How often each method has begun a load. */
const loads: Record<string, number> = {};
const begin = (name: string) => (loads[name] = (loads[name] ?? 0) + 1);

class Source {
  readonly #prefix = 'load';

  @cached()
  async plain(id: string) {
    const load = begin('plain');
    await sleep(50);
    return `${this.#prefix} ${load} of ${id}`;
  }

  /** Its loads in the background end with the request that began them. */
  @cached({ ttl: 100, staleWhileRevalidate: 200, timeout: 500 })
  async stale(id: string) {
    const load = begin('stale');
    await sleep(50);
    return `${this.#prefix} ${load} of ${id}`;
  }

  @cached({ ttl: 100, staleWhileRevalidate: 60_000, waitUntil })
  async kept(id: string) {
    const load = begin('kept');
    await sleep(50);
    return `${this.#prefix} ${load} of ${id}`;
  }

  /** A request that does not wait for it cancels it. */
  @cached({ timeout: 500 })
  async raced(id: string) {
    const load = begin('raced');
    await sleep(100);
    return `${this.#prefix} ${load} of ${id}`;
  }

  @cached({ waitUntil })
  async racedAndKept(id: string) {
    const load = begin('racedAndKept');
    await sleep(100);
    return `${this.#prefix} ${load} of ${id}`;
  }
}

const source = new Source();
const upper = memoize((text: string) => ({ text: text.toUpperCase() }));
const isSame = (a: unknown, b: unknown) => a === b;
type Name = 'plain' | 'stale' | 'kept' | 'raced' | 'racedAndKept';
/** Made at the first request that uses it: `setWaitUntil` holds for caches that have no option. */
let byDefault: ((id: string) => Promise<string>) | undefined;

export default {
  async fetch(request: Request): Promise<Response> {
    const [, name, how] = new URL(request.url).pathname.split('/');
    if (name === 'sync') return Response.json(isSame(upper('a'), upper('a')));
    if (name === 'loads') return Response.json(loads);
    if (name === 'explain') return Response.json(cacheOf(source, how as Name).explain('a').outcome);
    if (name === 'default') {
      setWaitUntil(waitUntil);
      byDefault ??= memoize(async (id: string) => {
        const load = begin('default');
        await sleep(100);
        return `load ${load} of ${id}`;
      });
    }
    const call = byDefault !== undefined && name === 'default' ? byDefault('a') : source[name as Name]('a');
    // The response may be sent before the load ends.
    return new Response(how === 'race' ? await Promise.race([call, sleep(10).then(() => 'too late')]) : await call);
  },
};
