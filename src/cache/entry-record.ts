/** What is known of the result that an entry holds. */
export interface EntryRecord {
  /** What callers are given: the result or, for an async method, a promise of it. */
  readonly value: unknown;
  /** The result; for an async method, the awaited one. */
  readonly result: unknown;
  readonly loadedAt: number;
}
