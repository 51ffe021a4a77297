import { shared } from '../shared-registry.js';
import type { LoadEvent } from './load-event.js';
import type { Observer } from './observe.js';

/** The calls that count as misses while a store is asked, which they may not become. Nothing is observed before there is a store. */
export class UndecidedCalls implements Observer {
  readonly #open = new Set<LoadEvent>();

  get begins(): Observer['begins'] {
    return shared.stores.size > 0 ? this.#begins : undefined;
  }

  get ended(): Observer['ended'] {
    return this.#open.size > 0 ? this.#ended : undefined;
  }

  /** Returns how many calls of caches with a name there are. O(loads behind stores in flight). */
  count(name: string): number {
    let count = 0;
    for (const load of this.#open) if (load.name === name && load.from === undefined) count++;
    return count;
  }

  readonly #begins = (event: LoadEvent, run: () => void): void => {
    run();
    if (event.isPending && event.from === undefined && event.origin === 'call') this.#open.add(event);
  };

  readonly #ended = (event: LoadEvent): void => {
    this.#open.delete(event);
  };
}
