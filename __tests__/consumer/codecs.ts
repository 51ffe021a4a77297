import {
  type Codec,
  CodecError,
  type CompressedOptions,
  type CryptoFunctions,
  compressed,
  type DecodedEntry,
  decodeEntry,
  type EncryptedOptions,
  type EntryHeader,
  encodeEntry,
  encrypted,
  json,
  type PortableOptions,
  portable,
  readHeader,
  type Schema,
  type SchemaResult,
  type StoredClass,
  type SyncCodec,
  survives,
  type Unreadable,
  UnreadableError,
  type V8Functions,
  v8,
  type ZlibFunctions,
} from 'memokit/store';

/** What uses codecs, wraps them, and writes one, as a user of the published types writes it. */

class Money {
  readonly #cents: bigint;
  constructor(
    cents: bigint,
    readonly currency: string,
  ) {
    this.#cents = cents;
  }
  get cents(): bigint {
    return this.#cents;
  }
}

const money: StoredClass<Money, readonly [bigint, string]> = {
  name: 'money',
  class: Money,
  encode: ({ cents, currency }) => [cents, currency],
  decode: ([cents, currency]) => new Money(cents, currency),
};
const options: PortableOptions = { classes: [money] };
export const exact: SyncCodec = portable(options);
export const bytes: Uint8Array = exact.encode(new Money(5n, 'EUR'));
export const codecs: readonly Codec[] = [exact, json(), portable()];

/** The modules of Node, where memokit cannot ask for them. A codec that is given them is synchronous by its type. */
export function node(zlib: ZlibFunctions, crypto: CryptoFunctions, functions: V8Functions): SyncCodec {
  const small: CompressedOptions & { readonly zlib: ZlibFunctions } = { above: 512, algorithm: 'brotli', zlib };
  const secret: EncryptedOptions & { readonly crypto: CryptoFunctions } = {
    keys: { a: new Uint8Array(32) },
    current: 'a',
    crypto,
  };
  return encrypted(compressed(v8(functions), small), secret);
}

/** Without them the types do not say whether it is. */
export async function wrapped(value: unknown): Promise<unknown> {
  const codec: Codec = encrypted(compressed(exact), { keys: { a: new Uint8Array(32) }, current: 'a' });
  return codec.decode(await codec.encode(value));
}

/** A codec of the user's own, which is asynchronous. */
export const late: Codec = {
  name: 'late',
  isSync: false,
  encode: async (value, bound?: Uint8Array) => new TextEncoder().encode(`${bound?.length} ${JSON.stringify(value)}`),
  decode: async (stored) => JSON.parse(new TextDecoder().decode(stored).replace(/^\S+ /, '')),
};

const header: EntryHeader = {
  storedAt: 0,
  expiresAt: Infinity,
  softExpiresAt: Infinity,
  loadDuration: 1,
  tagClock: 0,
  tags: ['a'],
  isPromised: true,
};
const stored: Uint8Array = encodeEntry(exact, { ...header, key: '1' }, 1);
const later: Uint8Array | Promise<Uint8Array> = encodeEntry(late, header, 1);

/** A schema as each library has it, which may answer at once or later. */
const result: SchemaResult = { issues: undefined };
const schema: Schema = {
  '~standard': { version: 1, vendor: 'consumer', validate: (value) => (value === 1 ? result : { issues: ['no'] }) },
};

export async function readBack(): Promise<string> {
  const now: DecodedEntry = decodeEntry(exact, stored);
  if (now.miss === undefined) return `${now.header.tags.length} ${now.header.isPromised} ${String(now.value)}`;
  const why: Unreadable = now.miss;
  const checked: DecodedEntry = await decodeEntry(late, await later, schema);
  const read: (EntryHeader & { readonly codec: string }) | Unreadable = readHeader(stored);
  const named = typeof read === 'string' ? read : `${read.codec} ${read.key ?? ''} ${read.expiresAt}`;
  const verdict: string | undefined = await survives(late, 1);
  return [why, checked.miss === undefined ? '' : String(checked.error), named, verdict].join();
}

export function toldOf(error: unknown): string {
  if (error instanceof CodecError) return error.code satisfies 'MEMOKIT_NOT_STORABLE';
  if (error instanceof UnreadableError) return error.code satisfies 'MEMOKIT_UNREADABLE';
  throw error;
}
