import { max } from '../platform.js';
import type { StoreEvent } from '../store/store.js';
import { startTimer } from '../time/timer.js';
import type { Connection, Subscription } from './client.js';
import { parseMessage } from './message.js';

export interface ChannelOptions {
  readonly name: string;
  /** The hash tag of the store's keys. */
  readonly hashTag: string;
  /** The text that this client signs its invalidations with. */
  readonly source: string;
  readonly pingInterval: number;
  readonly checkInterval: number;
  /** The milliseconds that an answer may take. */
  readonly opTimeout: number;
  /** Reads the store's clock from the server; `undefined` if that fails. */
  readonly readClock: () => Promise<number | undefined>;
  readonly tell: (event: StoreEvent) => void;
  readonly onChange: () => void;
}

/**
 * The channel on which clients tell each other what they have invalidated and filled. Each invalidation names the clock
 * before it, so a client notices that it has missed one. While it may have missed some, its listeners are told `distrust`.
 */
export class Channel {
  readonly #connection: Connection;
  readonly #options: ChannelOptions;
  #subscription: Subscription | undefined;
  #isBlind = true;
  #isClosed = false;
  /** The clock of the last invalidation that this client knows of; `undefined` if it does not know. */
  #seen: number | undefined;
  /** Counts the times that the channel was up, so that what began before can tell. */
  #ups = 0;
  /** Those who wait until the invalidations up to a clock were told. */
  readonly #waiting = new Set<{ readonly clock: number; readonly end: (isTold: boolean) => void }>();
  #stops: (() => void)[] = [];
  /** Whether entries may have been read since listeners were told to distrust what they have. */
  #isDoubtful = false;

  constructor(connection: Connection, options: ChannelOptions) {
    this.#connection = connection;
    this.#options = options;
  }

  get isBlind(): boolean {
    return this.#isBlind;
  }

  /** Begins to listen, at the first operation of the store. */
  open(): void {
    this.#isDoubtful = true;
    if (this.#subscription !== undefined || this.#isClosed) return;
    const { name, hashTag, pingInterval, checkInterval } = this.#options;
    this.#subscription = this.#connection.subscribe(name, hashTag, {
      message: (text) => this.#receive(text),
      up: () => void this.#up(),
      down: () => this.#down(),
    });
    if (this.#stops.length > 0) return;
    this.#every(BLIND_INTERVAL, () => this.#isBlind && this.#distrust());
    this.#every(pingInterval, () => void this.#ping());
    this.#every(checkInterval, () => void this.check());
  }

  /** Listens no more until the next operation of the store: the client was closed, and may be opened again. */
  suspend(): void {
    this.#subscription?.close();
    this.#subscription = undefined;
    this.#down();
  }

  /** Listens no more, for good. */
  close(): void {
    this.#isClosed = true;
    this.#isBlind = true;
    for (const stop of this.#stops) stop();
    this.#subscription?.close();
  }

  /**
   * Waits until listeners were told of all invalidations up to a clock, or to distrust what they have. Gives false where the
   * channel is down, or too slow.
   */
  told(clock: number): Promise<boolean> {
    return new Promise((resolve) => {
      if (this.#isBlind || this.#isClosed) return resolve(false);
      if (this.#seen !== undefined && this.#seen >= clock) return resolve(true);
      const waiting = {
        clock,
        end: (isTold: boolean) => {
          stop();
          this.#waiting.delete(waiting);
          resolve(isTold);
        },
      };
      const stop = startTimer(this.#options.opTimeout, () => waiting.end(false));
      this.#waiting.add(waiting);
    });
  }

  /** Compares the clock of the server with the last invalidation that was told, and so finds messages that were lost. */
  async check(): Promise<void> {
    const before = this.#seen;
    const ups = this.#ups;
    const clock = await this.#options.readClock();
    if (clock === undefined || clock === before) return;
    // What was just published may be on its way still.
    await new Promise<void>((resolve) => startTimer(this.#options.opTimeout, resolve));
    const seen = this.#seen;
    const isTold = seen !== before && seen !== undefined && clock <= seen;
    if (isTold || this.#isBlind || this.#isClosed || this.#ups !== ups) return;
    this.#seen = clock;
    this.#distrust(true);
  }

  /** Has listeners read again whatever they have, if they have read anything. */
  #distrust(isSure = false): void {
    if (!this.#isDoubtful && !isSure) return;
    this.#isDoubtful = false;
    this.#options.tell({ kind: 'distrust' });
  }

  #receive(text: string): void {
    const message = parseMessage(text);
    if (message === undefined) return;
    const { tell, source } = this.#options;
    if (message.kind === 'filled') {
      tell(message);
      return;
    }
    const { previous, current, mode, what } = message;
    const seen = this.#seen;
    const isNew = seen === undefined || current > seen;
    if (isNew) this.#seen = current;
    if (message.source !== source) tell({ kind: 'invalidated', what, mode });
    if (isNew && seen !== undefined && previous !== seen) this.#distrust(true);
    for (const { clock, end } of this.#waiting) if (clock <= current) end(true);
  }

  async #up(): Promise<void> {
    const ups = ++this.#ups;
    this.#seen = undefined;
    const clock = await this.#options.readClock();
    if (ups !== this.#ups || this.#isClosed) return;
    if (clock !== undefined) this.#seen = max(clock, this.#seen ?? 0);
    this.#isBlind = false;
    // Whatever was read before could have been invalidated without a word.
    this.#distrust(true);
    this.#options.onChange();
  }

  #down(): void {
    this.#ups++;
    if (this.#isBlind || this.#isClosed) return;
    this.#isBlind = true;
    this.#distrust(true);
    this.#options.onChange();
  }

  async #ping(): Promise<void> {
    if (this.#isBlind) return;
    const { opTimeout } = this.#options;
    const ups = this.#ups;
    let stop = () => {};
    const late = new Promise<false>((resolve) => (stop = startTimer(opTimeout * 4, () => resolve(false))));
    const isAnswered = await Promise.race([this.#subscription!.ping().catch(() => false), late]);
    stop();
    if (isAnswered === false && this.#ups === ups && !this.#isClosed) this.#subscription!.reconnect();
  }

  #every(ms: number, run: () => void): void {
    const at = this.#stops.length;
    const again = () => {
      this.#stops[at] = startTimer(ms, () => {
        run();
        if (!this.#isClosed) again();
      });
    };
    again();
  }
}

/** The milliseconds for which entries in memory are used while the channel is down. */
const BLIND_INTERVAL = 1000;
