import { type Channel, channel, tracingChannel } from 'node:diagnostics_channel';
import type { LoadEvent } from '../observe/load-event.js';
import type { EvictionInfo, InvalidationInfo, Observer } from '../observe/observe.js';
import type { CoalesceMessage, EvictMessage, InvalidateMessage, LoadMessage, StoreMessage } from './messages.js';

const MESSAGE: unique symbol = Symbol('message');

/** The observer that publishes on channels. A member for which no channel has subscribers is `undefined`. */
export class ChannelObserver implements Observer {
  /** Whether messages have the keys of calls, and tags. */
  hasKeys = false;
  readonly #load = tracingChannel<LoadMessage>('memokit:load');
  readonly #evict = channel('memokit:evict');
  readonly #coalesce = channel('memokit:coalesce');
  readonly #invalidate = channel('memokit:invalidate');
  readonly #store = channel('memokit:store');

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
    const { name, origin } = event;
    // With all properties from the start: V8 gives those that come later a memory of their own.
    const message: LoadMessage = {
      name,
      origin,
      outcome: undefined,
      duration: undefined,
      from: undefined,
      size: undefined,
    };
    if (this.hasKeys) message.key = event.key;
    event[MESSAGE] = message;
    this.#load.start.runStores(message, () => {
      run();
      if (event.isPending) this.#load.end.publish(message);
    });
  };

  readonly #ended = (event: LoadEvent): void => {
    const message = event[MESSAGE] as LoadMessage | undefined;
    if (message === undefined) return;
    message.outcome = event.outcome;
    message.duration = event.duration;
    message.from = event.from;
    message.size = event.size;
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
    this.#coalesce.publish({ name, load: load?.[MESSAGE] as LoadMessage | undefined } satisfies CoalesceMessage);
  };

  readonly #evicted = (event: EvictionInfo): void => {
    const { name, cause, size } = event;
    const message: EvictMessage = { name, cause, size };
    if (this.hasKeys) message.key = event.key;
    this.#evict.publish(message);
  };

  readonly #invalidated = (event: InvalidationInfo): void => {
    const { what, name, isSoft, tags } = event;
    const message: InvalidateMessage = { what, name, isSoft };
    if (this.hasKeys && what === 'key') message.key = event.key;
    if (this.hasKeys && what === 'tags') message.tags = tags;
    this.#invalidate.publish(message);
  };

  readonly #stored = (name: string, state: string): void => {
    this.#store.publish({ name, state } satisfies StoreMessage);
  };
}

function whileHeard<T>(heard: Channel, member: T): T | undefined {
  return heard.hasSubscribers ? member : undefined;
}
