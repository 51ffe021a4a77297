/** The cache that memokit is measured against: a Map with texts of `JSON.stringify` as keys. */
export class PlainCache<Value> {
  readonly #entries = new Map<string, { readonly value: Value }>();
  readonly #load: (args: unknown[]) => Value;
  readonly #capacity: number;

  constructor(load: (args: unknown[]) => Value, capacity: number) {
    this.#load = load;
    this.#capacity = capacity;
  }

  get(args: unknown[]): Value {
    const key = JSON.stringify(args);
    let entry = this.#entries.get(key);
    if (entry === undefined) {
      entry = { value: this.#load(args) };
      this.#entries.set(key, entry);
      if (this.#entries.size > this.#capacity) {
        const [oldest] = this.#entries.keys();
        this.#entries.delete(oldest!);
      }
    } else {
      this.#entries.delete(key);
      this.#entries.set(key, entry);
    }
    return entry.value;
  }
}

/** One load for all calls of a turn, as DataLoader has it. */
export class PlainBatch {
  #calls: { args: unknown[]; resolve(value: number): void }[] = [];
  readonly #load: (list: readonly unknown[]) => Promise<number[]>;

  constructor(load: (list: readonly unknown[]) => Promise<number[]>) {
    this.#load = load;
  }

  load(args: unknown[]): Promise<number> {
    if (this.#calls.length === 0) setImmediate(() => this.#answer());
    return new Promise((resolve) => this.#calls.push({ args, resolve }));
  }

  async #answer(): Promise<void> {
    const calls = this.#calls;
    this.#calls = [];
    const values = await this.#load(calls.map(({ args }) => args));
    calls.forEach(({ resolve }, index) => {
      resolve(values[index]!);
    });
  }
}
