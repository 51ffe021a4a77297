import { resolved } from '../platform.js';
import type { EntryRecord } from '../store/engine.js';
import { FailureGuard, warnOfFailure } from '../store/failure-guard.js';
import { ListenerSet } from '../store/listener-set.js';
import { heldFor, marksOf, marksOfEntry, nameOfKey, newToken, tokenOfEntry } from '../store/names.js';
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
import { requireEntry, requireInvalidation, requireKey, requireKeys, requireLease } from '../store/store-arguments.js';
import { StoreTime } from '../store/store-time.js';
import { requireCallback, requireTime } from '../validate.js';
import { CLOCK, KeyValueMarks, latest, markOf } from './key-value-marks.js';
import type { Records, SharedClient } from './shared-client.js';

/**
 * A store over a client that only reads, writes and removes texts: the engine has no transaction. So leases and fences are of
 * this process, where operations of one key take turns. Marks and the count of invalidations are records of the engine.
 */
export class KeyValueStore implements Store {
  readonly promises: StorePromises = PROMISES;
  readonly #shared: SharedClient;
  readonly #guard: FailureGuard;
  readonly #time: StoreTime;
  readonly #marks: KeyValueMarks;
  readonly #listeners = new ListenerSet<StoreEvent>();
  #closing: Promise<void> | undefined;

  /** @param name The function that the user has called, for the warning. */
  constructor(name: string, shared: SharedClient, clock: () => number) {
    this.#shared = shared;
    this.#guard = new FailureGuard(warnOfFailure(name));
    this.#time = new StoreTime(shared, clock);
    this.#marks = new KeyValueMarks(shared, this.#time);
    shared.stores.add(this);
  }

  get state(): StoreState {
    return this.#guard.state;
  }

  async read(keys: readonly StoreKey[]): Promise<(StoredEntry | undefined)[]> {
    requireKeys(keys);
    const nothing = keys.map(() => undefined);
    return this.#guard.attemptAsync(async () => {
      const records = await this.#recordsOf(keys);
      const now = this.#time.advance();
      return keys.map((key) => entryOf(key, records, now));
    }, nothing);
  }

  async lease(key: StoreKey, ms: number, seen?: string, trace?: string): Promise<LeaseAnswer> {
    requireKey(key);
    requireTime('ms', ms);
    return this.#guard.attemptAsync<LeaseAnswer>(() => this.#lease(key, ms, seen, trace), { kind: 'unavailable' });
  }

  async fill(lease: Lease, entry: NewEntry): Promise<FillAnswer> {
    requireLease(lease);
    requireEntry(entry);
    const name = nameOfKey(lease.key);
    // Copies, since the caller may write over its bytes while the fill waits.
    const { value, ttl, tags } = entry;
    const copy = { value: value.slice(), ttl, tags: [...tags] };
    const fill = () => this.#shared.inTurn(name, () => this.#fill(lease, copy));
    return this.#guard.attemptAsync<FillAnswer>(fill, 'unavailable');
  }

  async renew(lease: Lease, ms: number): Promise<boolean> {
    requireLease(lease);
    requireTime('ms', ms);
    const now = this.#time.advance();
    // A load whose fill the engine would not take need not keep others from loading.
    if (this.state.status !== 'working' || !this.#holds(lease, now)) return false;
    this.#shared.leases.set(nameOfKey(lease.key), { token: lease.token, since: now, until: now + ms });
    return true;
  }

  async release(lease: Lease): Promise<void> {
    requireLease(lease);
    this.#drop(lease);
  }

  async invalidate(what: Invalidated, mode: InvalidationMode = 'remove'): Promise<boolean> {
    requireInvalidation(what, mode);
    const isDone = await this.#guard.attemptAsync(async () => {
      if ('keys' in what) await this.#invalidateKeys(what.keys.map(nameOfKey), mode);
      else await this.#marks.set(marksOf(what), mode);
      return true;
    }, false);
    if (isDone) this.#shared.tell({ kind: 'invalidated', what, mode }, this);
    return isDone;
  }

  subscribe(listener: (event: StoreEvent) => void): () => void {
    requireCallback('listener', listener);
    return this.#listeners.add(listener);
  }

  tell(event: StoreEvent): void {
    this.#listeners.tell(event);
  }

  /** Ends this store. The client stays open, as it is the user's. */
  close(): Promise<void> {
    this.#guard.close();
    this.#listeners.clear();
    this.#shared.stores.delete(this);
    this.#closing ??= resolved(undefined);
    return this.#closing;
  }

  async #lease(key: StoreKey, ms: number, seen?: string, trace?: string): Promise<LeaseAnswer> {
    const { leases } = this.#shared;
    const name = nameOfKey(key);
    const since = this.#time.advance();
    const held = leases.get(name);
    if (held && since < held.until) return heldFor(held.until - since, held.token);
    // It takes the lease before it reads, so that no other call of this process can take it before the read ends.
    const token = newToken(trace);
    const claim = { token, since, until: since + ms };
    leases.set(name, claim);
    let lease: Lease = { key, token, clock: 0 };
    try {
      const records = await this.#recordsOf([key], [CLOCK]);
      const now = this.#time.advance();
      const entry = entryOf(key, records, now);
      if (entry && !entry.isExpired && entry.token !== seen) {
        this.#drop(lease);
        return { kind: 'found', entry };
      }
      lease = { ...lease, clock: await this.#marks.clock(records, now) };
    } catch (error) {
      this.#drop(lease);
      throw error;
    }
    // An invalidation has ended the claim, or reading took longer than the lease.
    if (leases.get(name) !== claim) return this.#lease(key, ms, seen, trace);
    leases.set(name, { token, since, until: this.#time.advance() + ms });
    return { kind: 'taken', lease };
  }

  async #fill(lease: Lease, { value, ttl, tags }: NewEntry): Promise<FillAnswer> {
    const { key, token, clock } = lease;
    try {
      if (!this.#holds(lease, this.#time.advance())) return 'fenced';
      const marks = marksOfEntry(key.namespace, tags);
      const records = await this.#shared.read(marks);
      if (marks.some((mark) => latest(records, [mark]) > clock)) return 'fenced';
      if (marks.some((mark) => !records.get(mark)) && !(await this.#marks.make(marks, clock))) return 'fenced';
      const storedAt = this.#time.advance();
      const name = nameOfKey(key);
      const endsAt = storedAt + ttl;
      const record = { name, value, storedAt, endsAt, clock, token: tokenOfEntry(token), tags, isExpired: false };
      await this.#shared.write(record, ttl);
      return 'stored';
    } finally {
      this.#drop(lease);
    }
  }

  async #invalidateKeys(names: readonly string[], mode: InvalidationMode): Promise<void> {
    for (const name of names) this.#shared.leases.delete(name);
    const end = async (name: string) => {
      if (mode === 'remove') return this.#shared.remove(name);
      const record = (await this.#shared.read([name])).get(name) as EntryRecord | undefined;
      const left = record ? record.endsAt - this.#time.advance() : 0;
      if (record && left > 0) await this.#shared.write({ ...record, name, isExpired: true }, left);
    };
    await Promise.all(names.map((name) => this.#shared.inTurn(name, () => end(name))));
  }

  /** Reads the records of keys, and those of the marks that their entries depend on. */
  async #recordsOf(keys: readonly StoreKey[], others: readonly string[] = []): Promise<Records> {
    const hinted = ({ namespace, tags = [] }: StoreKey) => marksOfEntry(namespace, tags);
    const records = await this.#shared.read([...others, ...keys.flatMap((key) => [nameOfKey(key), ...hinted(key)])]);
    const tags = keys.flatMap((key) => (records.get(nameOfKey(key)) as EntryRecord | undefined)?.tags ?? []);
    const more = marksOf({ tags }).filter((mark) => !records.has(mark));
    if (more.length > 0) for (const [name, record] of await this.#shared.read(more)) records.set(name, record);
    return records;
  }

  #holds({ key, token }: Lease, now: number): boolean {
    const held = this.#shared.leases.get(nameOfKey(key));
    return held?.token === token && now < held.until;
  }

  /** Ends a lease unless it is lost already, and tells those who wait for it. */
  #drop({ key, token }: Lease): void {
    const { leases } = this.#shared;
    const name = nameOfKey(key);
    if (leases.get(name)?.token === token) leases.delete(name);
    this.#shared.tell({ kind: 'filled', key });
  }
}

/** Returns the entry of a key unless it has ended or was invalidated, or the engine has lost a mark that it depends on. */
function entryOf(key: StoreKey, records: Records, now: number): StoredEntry | undefined {
  const record = records.get(nameOfKey(key)) as EntryRecord | undefined;
  if (!record || now < record.storedAt || now >= record.endsAt) return undefined;
  const { value, tags, token, clock, storedAt, endsAt } = record;
  let { isExpired } = record;
  for (const name of marksOfEntry(key.namespace, tags)) {
    const mark = markOf(records, name);
    if (!mark || mark.removed > clock) return undefined;
    isExpired ||= mark.expired > clock;
  }
  return { value, age: now - storedAt, left: endsAt - now, tags, token, isExpired };
}

const PROMISES: StorePromises = {
  leases: 'process',
  isFenced: false,
  hasTags: true,
  coherence: Infinity,
  tellsFills: true,
  isDurable: true,
};
