import { invalidateTags, memoize } from 'memokit';
import { alive, collect } from '../support/collect.js';

/**
 * Prints how many of 1,000 callers that aborted are still kept alive by a load that never ends: a load without tags,
 * one whose callers have to wait for its tags, and one with a soft timeout. Needs --expose-gc.
 */
class Caller {
  readonly #controller = new AbortController();
  readonly signal = this.#controller.signal;

  leave(): void {
    this.#controller.abort();
  }
}

async function left(options: object): Promise<number> {
  const get = memoize((_caller: Caller) => new Promise<string>(() => {}), {
    key: () => 'k',
    signal: ({ signal }) => signal,
    ...options,
  });
  const callers: WeakRef<Caller>[] = [];
  get(new Caller());
  invalidateTags('other');
  for (let i = 0; i < 1000; i++) {
    const caller = new Caller();
    const call = get(caller);
    caller.leave();
    await call.catch(() => {});
    callers.push(new WeakRef(caller));
    // A weak reference keeps its target alive until the job that created it has ended.
    await undefined;
  }
  await collect();
  const held = alive(callers);
  // This call joins the load, so the load is in flight until here.
  get(new Caller());
  return held;
}

const tags = () => ['mine'];
const held = [
  await left({}),
  await left({ tags }),
  await left({ tags, ttl: 1e6, staleIfError: 1e6, softTimeout: 1e6 }),
];
console.log(JSON.stringify({ gc: typeof globalThis.gc, held }));
