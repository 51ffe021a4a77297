/** A Worker that caches what a slow source says. Each path has a cache of its own. */
import { waitUntil } from 'cloudflare:workers';
import { cached, cacheOf, loadContext, memoize, setWaitUntil } from 'memokit';

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

  /** A refresh that its request does not wait for is lost. */
  @cached({ timeout: 500 })
  async refreshed(id: string) {
    const load = begin('refreshed');
    await sleep(100);
    return `${this.#prefix} ${load} of ${id}`;
  }

  @cached({ timeout: 500, waitUntil })
  async refreshedAndKept(id: string) {
    const load = begin('refreshedAndKept');
    await sleep(100);
    return `${this.#prefix} ${load} of ${id}`;
  }

  /** Its source always says that nothing has changed. */
  @cached({ ttl: 60_000, revalidate: 60_000 })
  async unchanged(id: string) {
    return this.#ask('unchanged', id);
  }

  @cached({ ttl: 60_000, staleWhileRevalidate: 60_000, waitUntil })
  async unchangedBehind(id: string) {
    return this.#ask('unchangedBehind', id);
  }

  async #ask(name: string, id: string) {
    const { previous, keep } = loadContext<string>()!;
    const load = begin(name);
    await sleep(50);
    return previous === undefined ? `${this.#prefix} ${load} of ${id}` : keep();
  }
}

const source = new Source();
const upper = memoize((text: string) => ({ text: text.toUpperCase() }));
const isSame = (a: unknown, b: unknown) => a === b;
type Name = keyof Source;
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
    const method = name as Name;
    if (how === 'expire') return Response.json(cacheOf(source, method).expire('a'));
    if (how === 'call') {
      const { value, outcome } = await cacheOf(source, method).call('a');
      return new Response(`${outcome}: ${value}`);
    }
    const isRefresh = how === 'refresh' || how === 'leave-refresh';
    const call =
      byDefault !== undefined && name === 'default'
        ? byDefault('a')
        : isRefresh
          ? cacheOf(source, method).refresh('a')
          : source[method]('a');
    // The response may be sent before the load ends.
    const isLeft = how === 'race' || how === 'leave-refresh';
    return new Response(isLeft ? await Promise.race([call, sleep(10).then(() => 'too late')]) : await call);
  },
};
