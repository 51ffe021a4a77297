import { observeOnce } from '../observe/observe.js';
import { ownOptions, requireOption } from '../validate.js';
import { ChannelObserver } from './channel-observer.js';

/** The diagnostics channels of Node. Importing this module turns them on; it costs a hit nothing. */

export type { EvictionCause } from '../lru/options.js';
export type { LoadOrigin, LoadOutcome } from '../observe/load-event.js';
export type { CoalesceMessage, EvictMessage, InvalidateMessage, LoadMessage, StoreMessage } from './messages.js';

/** The options of `configureChannels`. */
export interface ChannelOptions {
  /**
   * Whether messages have the keys of calls, and the tags of invalidations. Both can hold personal data.
   * @default false
   */
  readonly keys?: boolean | undefined;
}

// The copies of memokit in one process have one observer, so that nothing is published twice.
const observer = observeOnce('channels', () => new ChannelObserver());

/** Sets what messages tell, for all copies of memokit in this process. */
export function configureChannels(options: ChannelOptions): void {
  const { keys = false } = ownOptions(options, 'keys');
  requireOption(typeof keys === 'boolean', 'keys', 'true or false', keys);
  observer.hasKeys = keys;
}
