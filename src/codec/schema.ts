import { isPromise, nativePromise } from '../promise.js';

/** A schema by the Standard Schema protocol, which zod, valibot, arktype and others follow. */
export interface Schema {
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown, ...options: any[]) => SchemaResult | Promise<SchemaResult>;
  };
}

/** The outcome of a validation: a value that fits has no issues. */
export interface SchemaResult {
  readonly issues?: readonly unknown[] | undefined;
}

/**
 * Whether a value fits a schema, as a promise if the schema validates asynchronously. Only the verdict is used: the stored
 * value stays as it is, even if the schema would change it. A validation that throws or rejects counts as a failed one.
 */
export function fits(schema: Schema, value: unknown): boolean | Promise<boolean> {
  try {
    const result = schema['~standard'].validate(value);
    if (!isPromise(result)) return result.issues === undefined;
    return nativePromise(result).then(
      (late) => (late as SchemaResult).issues === undefined,
      () => false,
    );
  } catch {
    return false;
  }
}
