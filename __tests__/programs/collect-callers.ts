import { invalidateTags, memoize } from 'memokit';
import { alive, collect } from '../support/collect.js';

/**
 * Prints how many of 1,000 callers who have left a load that never ends are held by it, for one whose tags some wait to
 * learn and for others. Needs --expose-gc.
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
    // A weak reference holds its target until the job that made it has ended.
    await undefined;
  }
  await collect();
  const held = alive(callers);
  // The load is in flight all the while.
  get(new Caller());
  return held;
}

const tags = () => ['mine'];
const held = [await left({}), await left({ tags }), await left({ tags, softTimeout: 1e6 })];
console.log(JSON.stringify({ gc: typeof globalThis.gc, held }));
