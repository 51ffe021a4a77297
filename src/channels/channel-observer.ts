import { type Channel, channel, tracingChannel } from 'node:diagnostics_channel';
import type { LoadEvent } from '../observe/load-event.js';
import type { EvictionInfo, InvalidationInfo, Observer } from '../observe/observe.js';
import type { CoalesceMessage, EvictMessage, InvalidateMessage, LoadMessage, StoreMessage } from './messages.js';

/** The observer that publishes on channels. A member for which no channel has subscribers is `undefined`. */
export class ChannelObserver implements Observer {
  /** Whether messages have the keys of calls, and tags. */
  hasKeys = false;
  readonly #load = tracingChannel<LoadMessage>('memokit:load');
  readonly #evict = channel('memokit:evict');
  readonly #coalesce = channel('memokit:coalesce');
  readonly #invalidate = channel('memokit:invalidate');
  readonly #store = channel('memokit:store');
  /** The messages of the loads in flight. */
  readonly #messages = new WeakMap<LoadEvent, LoadMessage>();

  get begins(): Observer['begins'] {
    const { start, end, asyncStart, asyncEnd, error } = this.#load;
    const isHeard =
      start.hasSubscribers ||
      end.hasSubscribers ||
      asyncStart.hasSubscribers ||
      asyncEnd.hasSubscribers ||
      error.hasSubscribers;
    return isHeard ? this.#begins : undefined;
  }

  get ended(): Observer['ended'] {
    return this.begins && this.#ended;
  }

  get coalesced(): Observer['coalesced'] {
    return whileHeard(this.#coalesce, this.#coalesced);
  }

  get evicted(): Observer['evicted'] {
    return whileHeard(this.#evict, this.#evicted);
  }

  get invalidated(): Observer['invalidated'] {
    return whileHeard(this.#invalidate, this.#invalidated);
  }

  get store(): Observer['store'] {
    return whileHeard(this.#store, this.#stored);
  }

  readonly #begins = (event: LoadEvent, run: () => void): void => {
    const message: LoadMessage = { name: event.name, origin: event.origin, ...this.#keyed(event) };
    this.#messages.set(event, message);
    this.#load.start.runStores(message, () => {
      run();
      if (event.isPending) this.#load.end.publish(message);
    });
  };

  readonly #ended = (event: LoadEvent): void => {
    const message = this.#messages.get(event);
    if (message === undefined) return;
    message.outcome = event.outcome!;
    message.duration = event.duration!;
    message.size = event.size;
    if (event.from !== undefined) message.from = event.from;
    const { end, asyncStart, asyncEnd, error } = this.#load;
    if (event.outcome === 'failed' || event.outcome === 'stale') {
      message.error = event.error;
      error.publish(message);
    }
    if (!event.isPending) {
      end.publish(message);
      return;
    }
    asyncStart.publish(message);
    asyncEnd.publish(message);
  };

  readonly #coalesced = (name: string, load: LoadEvent | undefined): void => {
    this.#coalesce.publish({ name, load: load && this.#messages.get(load) } satisfies CoalesceMessage);
  };

  readonly #evicted = (event: EvictionInfo): void => {
    const { name, cause, size } = event;
    this.#evict.publish({ name, cause, size, ...this.#keyed(event) } satisfies EvictMessage);
  };

  readonly #invalidated = (event: InvalidationInfo): void => {
    const { what, name, isSoft, tags } = event;
    const named = what === 'key' ? this.#keyed(event) : what === 'tags' && this.hasKeys && { tags: tags! };
    this.#invalidate.publish({ what, name, isSoft, ...named } satisfies InvalidateMessage);
  };

  readonly #stored = (name: string, state: string): void => {
    this.#store.publish({ name, state } satisfies StoreMessage);
  };

  #keyed(event: { readonly key: unknown }) {
    return this.hasKeys ? { key: event.key as never } : undefined;
  }
}

function whileHeard<T>(heard: Channel, member: T): T | undefined {
  return heard.hasSubscribers ? member : undefined;
}
