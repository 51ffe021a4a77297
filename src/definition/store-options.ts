import type { SourceStore } from './source.js';

/** The options about a store that keeps results beyond the process. */
export interface StoreOptions<This = any> {
  /**
   * A store that keeps the results beyond the process: `diskStore` of `memokit/disk`, or one of `memokit/store`. A call that
   * no entry in memory answers asks the store before it runs the method, and each result is stored in both. Its name there
   * is the `name` of the cache with the `version`. A synchronous method needs a store that reads synchronously, as
   * `diskStore` does.
   * @default results live in memory only
   * @example memoize(summarize, { store: diskStore('.cache') })
   */
  readonly store?: SourceStore | undefined;
  /**
   * The version of what the method computes, as a part of the name in the `store`. Change it when the method gives other
   * results: those of other versions are not read any more.
   * @default ''
   * @example memoize(summarize, { store, version: 2 })
   */
  readonly version?: string | number | undefined;
  /**
   * A function that returns the text that names an instance in the `store`. Instances with the same text share what is
   * stored. It is called once for each instance, at its first call. An instance method with a `store` needs it, or
   * `per: 'class'`.
   * @default none
   * @example cached({ store, id: (self: Tenant) => self.name })
   */
  readonly id?: ((self: This) => string) | undefined;
  /**
   * A schema, by the Standard Schema protocol that zod, valibot and arktype follow. What the `store` gives and does not fit is
   * loaded again. The value itself is given as it was stored, even if the schema would change it.
   * @default what the store gives is used
   * @example memoize(load, { store, check: z.object({ id: z.number() }) })
   */
  readonly check?: StandardSchema | undefined;
}

/** A schema by the Standard Schema protocol. */
export interface StandardSchema {
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown, ...options: any[]) => any;
  };
}
