import { resolved } from '../platform.js';
import type { StoredEntry, StoreKey } from '../store/store.js';

type Answer = StoredEntry | undefined;

interface Asked {
  readonly key: StoreKey;
  readonly answer: (entry: Answer) => void;
}

/** The reads of one tick, which go to the server together. */
export class ReadBatch {
  readonly #readAll: (keys: readonly StoreKey[]) => Promise<Answer[]>;
  #asked: Asked[] = [];

  /** @param readAll Reads keys. It never rejects. */
  constructor(readAll: (keys: readonly StoreKey[]) => Promise<Answer[]>) {
    this.#readAll = readAll;
  }

  read(key: StoreKey): Promise<Answer> {
    return new Promise((answer) => {
      this.#asked.push({ key, answer });
      // Some promise jobs later, so that the callers that are about to ask are there.
      if (this.#asked.length === 1) resolved(undefined).then(() => resolved(undefined).then(() => this.#send()));
    });
  }

  #send(): void {
    const asked = this.#asked;
    this.#asked = [];
    for (let at = 0; at < asked.length; at += MOST_KEYS) {
      const part = asked.slice(at, at + MOST_KEYS);
      this.#readAll(part.map(({ key }) => key)).then((entries) => {
        for (const [index, { answer }] of part.entries()) answer(entries[index]);
      });
    }
  }
}

/** The most keys that one script reads, because the server runs nothing else while a script runs. */
const MOST_KEYS = 256;
