import { max } from '../platform.js';
import { shared } from '../shared-registry.js';
import { warnOfFailure } from '../store/failure-guard.js';
import { ListenerSet } from '../store/listener-set.js';
import { heldFor, newToken } from '../store/names.js';
import type {
  FillAnswer,
  Invalidated,
  InvalidationMode,
  Lease,
  LeaseAnswer,
  NewEntry,
  Store,
  StoredEntry,
  StoreEvent,
  StoreKey,
  StorePromises,
  StoreState,
} from '../store/store.js';
import { requireCallback, requireTime } from '../validate.js';
import { Breaker } from './breaker.js';
import { Channel } from './channel.js';
import type { Connection } from './client.js';
import { all, KeyNames } from './key-names.js';
import { filledMessage, invalidatedMessage } from './message.js';
import { partsOf } from './parts.js';
import { readEntries, wantedOf } from './read-entries.js';
import { encodeRest, entryOf, keptFor, LONGEST_TTL, readRecord, ttlText } from './record.js';
import { CLOCK, FILL, INVALIDATE, LEASE, READ, RELEASE, RENEW } from './scripts.js';

export interface ServerStoreOptions {
  readonly prefix: string;
  readonly channel: string | undefined;
  readonly opTimeout: number;
  readonly pingInterval: number;
  readonly checkInterval: number;
  readonly clock: () => number;
}

/** A store on a server that many processes share. Each operation is one script, which the server runs at one moment. */
export class ServerStore implements Store {
  readonly promises: StorePromises = PROMISES;
  readonly #connection: Connection;
  readonly #names: KeyNames;
  readonly #breaker: Breaker;
  readonly #channel: Channel;
  readonly #source = newToken();
  readonly #listeners = new ListenerSet<StoreEvent>();
  readonly #stateListeners = new ListenerSet<StoreState>();
  #closing: Promise<void> | undefined;

  constructor(connection: Connection, options: ServerStoreOptions) {
    const { opTimeout, clock } = options;
    this.#connection = connection;
    this.#names = new KeyNames(options.prefix, options.channel);
    const onChange = () => {
      const { state } = this;
      shared.observer?.store(options.prefix, state.isBlind && state.status === 'working' ? 'blind' : state.status);
      this.#stateListeners.tell(state);
    };
    this.#breaker = new Breaker({
      opTimeout,
      clock,
      probe: () => this.#readClock(),
      onChange,
      onFailure: warnOfFailure('redisStore'),
    });
    this.#channel = new Channel(connection, {
      ...options,
      name: this.#names.channel,
      hashTag: options.prefix,
      source: this.#source,
      readClock: () => this.#breaker.run<number | undefined>(() => this.#readClock(), undefined),
      tell: (event) => this.#listeners.tell(event),
      onChange,
    });
    connection.watch({
      down: () => this.#breaker.down(new Error('the connection to the server is lost')),
      up: () => void this.#breaker.probe(),
      end: () => this.#channel.suspend(),
    });
  }

  get state(): StoreState {
    const { status, error, failures } = this.#breaker;
    return { status, error, failures, isBlind: this.#channel.isBlind };
  }

  /** Calls a function whenever the state has changed, until the returned function is called. */
  onState(listener: (state: StoreState) => void): () => void {
    return this.#stateListeners.add(listener);
  }

  async read(keys: readonly StoreKey[]): Promise<(StoredEntry | undefined)[]> {
    const found: (StoredEntry | undefined)[] = [];
    for (const part of partsOf(keys, MOST_READ)) {
      const wanted = await wantedOf(this.#names, part);
      const read = () => readEntries(this.#names, wanted, (asked) => this.#run(READ, asked, []));
      found.push(...(await this.#attempt<typeof found>(read, Array(part.length).fill(undefined))));
    }
    return found;
  }

  async lease(key: StoreKey, ms: number, seen = '-', trace?: string): Promise<LeaseAnswer> {
    requireTime('ms', ms);
    const name = await this.#names.of(key);
    const token = newToken(trace);
    const ask = async (seen: string): Promise<LeaseAnswer> => {
      const keys = [this.#names.entry(name), this.#names.lease(name), this.#names.clock];
      const args = [token, wholeMs(ms), seen, `${LONGEST_TTL}`];
      const [kind, first, second, bytes] = (await this.#run(LEASE, keys, args)) as [
        unknown,
        unknown,
        unknown,
        Uint8Array,
      ];
      if (`${kind}` === 'held') return heldFor(max(1, Number(first)), `${second}`);
      if (`${kind}` === 'taken') return { kind: 'taken', lease: { key, token, clock: Number(`${first}`) } };
      const record = readRecord(bytes, key);
      const entry = record && entryOf(record, `${second}`, Number(`${first}`) / 1000);
      return entry ? { kind: 'found', entry } : ask('*');
    };
    const giveBack = (answer: LeaseAnswer) => this.#giveBack(answer.kind === 'taken' ? answer.lease : undefined);
    return this.#attempt<LeaseAnswer>(() => ask(seen), { kind: 'unavailable' }, giveBack);
  }

  async fill({ key, token, clock }: Lease, entry: NewEntry): Promise<FillAnswer> {
    const { ttl, tags } = entry;
    requireTime('ttl', ttl);
    // The bytes are copied before anything else runs, since the caller may write over them.
    const copy = { ...entry, value: entry.value.slice(), tags: [...tags] };
    const [name, marks] = [await this.#names.of(key), await this.#names.marks(key.namespace, tags)];
    const keys = [
      this.#names.entry(name),
      this.#names.lease(name),
      this.#names.clock,
      ...marks.map((mark) => this.#names.keyOfMark(mark)),
    ];
    const rest = encodeRest(marks, key, copy);
    const args = [token, `${clock}`, `${keptFor(ttl)}`, ttlText(ttl), rest, this.#names.channel, filledMessage(key)];
    const fill = async () => ((await this.#run(FILL, keys, args)) === 1 ? 'stored' : 'fenced');
    return this.#attempt<FillAnswer>(fill, 'unavailable');
  }

  async renew({ key, token }: Lease, ms: number): Promise<boolean> {
    requireTime('ms', ms);
    const keys = [this.#names.lease(await this.#names.of(key))];
    return this.#attempt(async () => (await this.#run(RENEW, keys, [token, wholeMs(ms)])) === 1, false);
  }

  async release(lease: Lease): Promise<void> {
    await this.#attempt(() => this.#release(lease), undefined);
  }

  async invalidate(what: Invalidated, mode: InvalidationMode = 'remove'): Promise<boolean> {
    const invalidate = async (part: Invalidated) => {
      const done = await this.#invalidate(part, mode);
      return this.#attempt(async () => (await done()) !== null, false);
    };
    let parts = [what];
    if ('keys' in what) parts = partsOf(what.keys, MOST_INVALIDATED).map((keys) => ({ keys }));
    if ('tags' in what) parts = partsOf(what.tags, MOST_INVALIDATED).map((tags) => ({ tags }));
    for (const part of parts) if (!(await invalidate(part))) return false;
    return true;
  }

  async replace(key: StoreKey, ms: number): Promise<Lease | undefined> {
    requireTime('ms', ms);
    const token = newToken();
    const replace = await this.#invalidate({ keys: [key] }, 'remove', token, wholeMs(ms));
    const leased = async (): Promise<Lease> => ({ key, token, clock: Number(`${await replace()}`) });
    const lease = await this.#attempt<Lease | undefined>(leased, undefined, (late) => this.#giveBack(late));
    if (lease === undefined || (await this.#channel.told(lease.clock))) return lease;
    // What was on its way to this process may be newer than the value. A token that fits no lease fills nothing.
    await this.release(lease);
    return { ...lease, token: newToken() };
  }

  subscribe(listener: (event: StoreEvent) => void): () => void {
    requireCallback('listener', listener);
    return this.#listeners.add(listener);
  }

  close(): Promise<void> {
    this.#closing ??= (async () => {
      this.#breaker.close();
      this.#channel.close();
      this.#listeners.clear();
    })();
    return this.#closing;
  }

  async #release({ key, token }: Lease): Promise<void> {
    const keys = [this.#names.lease(await this.#names.of(key))];
    await this.#run(RELEASE, keys, [token, this.#names.channel, filledMessage(key)]);
  }

  /** Gives back a lease that arrives after its caller has stopped waiting, as it would keep others from loading. */
  #giveBack(lease: Lease | undefined): void {
    if (lease !== undefined) this.#release(lease).catch(() => {});
  }

  /** Returns what invalidates. @param lease The token and the milliseconds of a lease that is given for the key. */
  async #invalidate(what: Invalidated, mode: InvalidationMode, ...lease: string[]): Promise<() => Promise<unknown>> {
    const names = this.#names;
    const entries = 'keys' in what ? await all(what.keys.map((key) => names.of(key))) : [];
    const marks = await names.marksOf(what);
    const keys = [
      names.clock,
      ...entries.flatMap((name) => [names.entry(name), names.lease(name)]),
      ...marks.map((mark) => names.keyOfMark(mark)),
    ];
    const message = invalidatedMessage(this.#source, mode, what);
    const args = [mode, names.channel, message, `${entries.length}`, `${LONGEST_TTL}`, ...lease];
    return () => this.#run(INVALIDATE, keys, args);
  }

  async #readClock(): Promise<number> {
    return Number(`${await this.#run(CLOCK, [this.#names.clock], [`${LONGEST_TTL}`])}`);
  }

  #attempt<T>(run: () => Promise<T>, otherwise: T, late?: (result: T) => void): Promise<T> {
    if (this.#breaker.status !== 'closed') this.#channel.open();
    return this.#breaker.run(run, otherwise, late);
  }

  #run(script: typeof READ, keys: readonly string[], args: readonly (string | Uint8Array)[]): Promise<unknown> {
    return this.#connection.run(script, [this.#names.base, ...keys], args);
  }
}

/** The milliseconds of a lease as the server takes them. */
function wholeMs(ms: number): string {
  return `${keptFor(ms)}`;
}

/** The most keys that one script reads. */
const MOST_READ = 256;

/** The most keys or tags that one script invalidates. */
const MOST_INVALIDATED = 1000;

const PROMISES: StorePromises = {
  leases: 'all',
  isFenced: true,
  hasTags: true,
  coherence: 0,
  tellsFills: true,
  isDurable: true,
};
