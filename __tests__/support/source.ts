/** A source: an async function under a test's control, with a clock that the test moves. */
export class Source<Value = unknown> {
  now = 0;
  /** Every run so far, with what ends it. */
  readonly runs: { args: unknown[]; resolve(value: Value): void; reject(error: unknown): void }[] = [];

  readonly clock = (): number => this.now;

  readonly load = (...args: unknown[]): Promise<Value> =>
    new Promise((resolve, reject) => {
      this.runs.push({ args, resolve, reject });
    });

  /** Ends the latest run with a value, and lets what waits for it go on. */
  async give(value: Value): Promise<void> {
    this.runs.at(-1)!.resolve(value);
    await settle();
  }

  /** As `give`, with an error. */
  async fail(error: unknown): Promise<void> {
    this.runs.at(-1)!.reject(error);
    await settle();
  }
}

/** Lets all promises go on that can. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 10; i++) await Promise.resolve();
}
