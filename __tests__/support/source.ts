/** An async function that a test controls, with a clock that the test sets. */
export class Source<Value = unknown> {
  now = 0;
  /** Every load so far, with the functions that end it. */
  readonly runs: { args: unknown[]; resolve(value: Value): void; reject(error: unknown): void }[] = [];

  readonly clock = (): number => this.now;

  readonly load = (...args: unknown[]): Promise<Value> =>
    new Promise((resolve, reject) => {
      this.runs.push({ args, resolve, reject });
    });

  /** Fulfils the latest load with a value, and lets its callers continue. */
  async give(value: Value): Promise<void> {
    this.runs.at(-1)!.resolve(value);
    await settle();
  }

  /** Rejects the latest load with an error, and lets its callers continue. */
  async fail(error: unknown): Promise<void> {
    this.runs.at(-1)!.reject(error);
    await settle();
  }
}

/** Waits until all promise jobs that are due have run. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 10; i++) await Promise.resolve();
}
