import { ceil } from '../platform.js';
import type { LeaseRecord, TimeRecord } from '../store/engine.js';
import type { StoreEvent } from '../store/store.js';
import { decodeRecord, encodeRecord, engineKeyOf, type StoredRecord } from './key-value-record.js';

/** What a store needs of a client of a key-value engine. Its promises reject if the engine fails. */
export interface KeyValueClient {
  /** The names that the engine takes as keys as they are. The others are hashed. */
  readonly plain?: RegExp;
  /** Reads the texts of keys in one round trip. They may come in any order, and with others. */
  read(keys: string[]): Promise<readonly unknown[]>;
  write(key: string, text: string, ttl: number | undefined): Promise<unknown>;
  remove(key: string): Promise<unknown>;
}

export type Records = ReadonlyMap<string, StoredRecord | undefined>;

/** A listener of events: a store. */
interface Hearing {
  tell(event: StoreEvent): void;
}

/** A client of a key-value engine, and what the stores over it share in this process: leases, turns and the time. */
export class SharedClient {
  readonly leases = new Map<string, LeaseRecord>();
  readonly stores = new Set<Hearing>();
  readonly #client: KeyValueClient;
  readonly #turns = new Map<string, Promise<unknown>>();
  #time: TimeRecord = { latest: 0, offset: 0 };

  constructor(client: KeyValueClient) {
    this.#client = client;
  }

  time(): TimeRecord {
    return this.#time;
  }

  setTime(record: TimeRecord): void {
    this.#time = record;
  }

  /** Reads the records of names. The answer has each name once. One round trip for some 256 names. */
  async read(names: readonly string[]): Promise<Map<string, StoredRecord | undefined>> {
    const found = new Map<string, StoredRecord | undefined>(names.map((name) => [name, undefined]));
    const keys = await Promise.all([...found.keys()].map((name) => this.#keyOf(name)));
    const rounds = Array.from({ length: ceil(keys.length / MOST_KEYS) }, (_, round) =>
      this.#client.read(keys.slice(round * MOST_KEYS, (round + 1) * MOST_KEYS)),
    );
    for (const given of (await Promise.all(rounds)).flat()) {
      const record = decodeRecord(given);
      // A record that is there under the key of another name is none of these.
      if (record && found.has(record.name)) found.set(record.name, record);
    }
    return found;
  }

  async write(record: StoredRecord, ttl = Infinity): Promise<void> {
    const key = await this.#keyOf(record.name);
    // Engines count in seconds, and may begin in the middle of one. Memcached takes more than 30 days for a date.
    const whole = ceil(ttl / 1000) * 1000 + 1000;
    await this.#client.write(key, encodeRecord(record), whole <= LONGEST_TTL ? whole : undefined);
  }

  async remove(name: string): Promise<void> {
    await this.#client.remove(await this.#keyOf(name));
  }

  /** Runs an operation after the earlier ones of the same name have ended. */
  async inTurn<T>(name: string, run: () => Promise<T>): Promise<T> {
    const turn = this.#turns.get(name)?.then(run, run) ?? run();
    this.#turns.set(name, turn);
    try {
      return await turn;
    } finally {
      if (this.#turns.get(name) === turn) this.#turns.delete(name);
    }
  }

  /** Tells the stores of an event, but not the one that it is about. */
  tell(event: StoreEvent, source?: Hearing): void {
    for (const store of [...this.stores]) if (store !== source) store.tell(event);
  }

  #keyOf(name: string): Promise<string> {
    return engineKeyOf(name, this.#client.plain);
  }
}

const MOST_KEYS = 256;
const LONGEST_TTL = 30 * 24 * 60 * 60 * 1000;
