import type { Codec } from '../codec/codec.js';
import { portable } from '../codec/portable.js';
import type { Sharing } from '../definition/sharing.js';
import { SOURCE, type SourceStore } from '../definition/source.js';
import { OptionError } from '../errors.js';
import { hasOwn, tryDefineProperty } from '../platform.js';
import type { Store } from '../store/store.js';
import { type Duration, durationOf } from '../time/duration.js';
import { ownOptions, requireOption } from '../validate.js';
import { StoreLink } from './store-link.js';
import { sourceFor } from './store-source.js';

export type { SourceStore };

export interface TierOptions {
  /**
   * How values become bytes.
   * @default portable()
   * @example diskStore('.cache', { codec: compressed(portable()) })
   */
  readonly codec?: Codec | undefined;
  /**
   * How long a load has its key for itself after its process was killed. It is renewed while the load runs. Milliseconds, or
   * a text.
   * @default 3000
   * @example diskStore('.cache', { leaseMs: '10s' })
   */
  readonly leaseMs?: Duration | undefined;
}

/** A store with its codec, which can be given as the option `store`. */
export type TieredStore<S extends Store = Store> = S & SourceStore;

/**
 * Makes a store that you wrote usable as the option `store`. The stores of memokit are so already.
 * @throws OptionError for an option, and when the store has been given to this function before.
 *
 * @example
 * const store = tiered(new MyStore(), { codec: json() });
 * const load = memoize(loadSchema, { store });
 */
export function tiered<S extends Store>(store: S, options: TierOptions = {}): TieredStore<S> {
  const { codec = portable(), leaseMs: given = 3000 } = ownOptions(options, 'codec leaseMs');
  const leaseMs = durationOf('leaseMs', given, true, 2 ** 31 - 1);
  requireOption(typeof Object(store).subscribe === 'function', 'store', 'a Store', store);
  const isCodec = typeof Object(codec).encode === 'function' && typeof codec.decode === 'function';
  requireOption(isCodec, 'codec', 'a codec, such as portable()', codec);
  if (hasOwn(store, SOURCE)) throw new OptionError('store: expected one that is not tiered yet');
  let link: StoreLink | undefined;
  const value = (definition: unknown, sharing: Sharing, isStatic: boolean) =>
    sourceFor(() => (link ??= new StoreLink(store, codec, leaseMs)), definition, sharing, isStatic);
  if (!tryDefineProperty(store, SOURCE, { value }))
    throw new OptionError('store: expected an object that is not frozen');
  return store as TieredStore<S>;
}
