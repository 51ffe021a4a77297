import { OptionError } from '../errors.js';
import { assign, create, entriesOf, fromEntries, hasOwn, isView, keysOf } from '../platform.js';
import { ownOptions, requireObject, requireOption } from '../validate.js';
import { after } from './after.js';
import { builtInModule } from './built-in-module.js';
import { ByteReader } from './byte-reader.js';
import { ByteWriter } from './byte-writer.js';
import { type Codec, requireCodec, type SyncCodec } from './codec.js';
import { decoded, UnreadableError } from './codec-error.js';

/** The functions of `node:crypto` that the codec uses. */
export interface CryptoFunctions {
  createCipheriv(algorithm: 'aes-256-gcm', key: Uint8Array, nonce: Uint8Array): any;
  createDecipheriv(
    algorithm: 'aes-256-gcm',
    key: Uint8Array,
    nonce: Uint8Array,
    options: { authTagLength: number },
  ): any;
}

export interface EncryptedOptions {
  /** The keys by their names, 32 bytes each. An old key stays here until no entry that it encrypted is left. */
  readonly keys: Readonly<Record<string, Uint8Array>>;
  /** The name of the key that encrypts new entries. */
  readonly current: string;
  /** The module `node:crypto`, for Node before 20.16, where memokit cannot ask for it. */
  readonly crypto?: CryptoFunctions;
}

type Bytes = Uint8Array<ArrayBuffer>;

/** AES-256-GCM. The result of `encrypt` ends with the tag that authenticates it and `bound`. */
interface Cipher {
  encrypt(key: string, nonce: Bytes, plain: Uint8Array, bound: Uint8Array): Uint8Array | Promise<Uint8Array>;
  decrypt(key: string, nonce: Bytes, secret: Uint8Array, bound: Uint8Array): Uint8Array | Promise<Uint8Array>;
}

const NONCE = 12;
const TAG = 16;
const NOTHING = /* @__PURE__ */ new Uint8Array();

/**
 * Wraps a codec so that values are encrypted with AES-256-GCM. The name of the key stands before each value. The header of
 * an entry is not secret, but the value is bound to it: a header that was changed makes the entry unreadable. It is
 * synchronous where the platform has `node:crypto`, and otherwise uses WebCrypto, which gives the same bytes.
 */
export function encrypted(
  codec: SyncCodec,
  options: EncryptedOptions & { readonly crypto: CryptoFunctions },
): SyncCodec;
export function encrypted(codec: Codec, options: EncryptedOptions): Codec;
export function encrypted(codec: Codec, options: EncryptedOptions): Codec {
  requireCodec('encrypted', codec);
  const own = ownOptions(options, 'keys current crypto');
  const { current, crypto = builtInModule<CryptoFunctions>('node:crypto') } = own;
  requireObject('keys', own.keys);
  // A copy, so that the keys stay as they were checked.
  const keys = assign(create(null), fromEntries(entriesOf(own.keys).map(([name, key]) => [name, keyBytes(name, key)])));
  requireOption(hasOwn(keys, current), 'current', `one of the keys ${keysOf(keys).join(', ')}`, current);
  const cipher = crypto ? nodeCipher(crypto, keys) : webCipher(keys);

  return {
    name: `encrypted(${codec.name})`,
    isSync: codec.isSync && crypto !== undefined,
    encode: (value, bound) =>
      after(codec.encode(value, bound), (plain) => {
        const nonce = globalThis.crypto.getRandomValues(new Uint8Array(NONCE));
        return after(cipher.encrypt(current, nonce, plain, bound ?? NOTHING), (secret) => {
          const out = new ByteWriter();
          out.text(current);
          out.bytes(nonce);
          out.bytes(secret);
          return out.finish();
        });
      }),
    decode: (bytes, bound) =>
      decoded(() => {
        const from = new ByteReader(bytes);
        const name = from.text();
        if (!hasOwn(keys, name)) throw new UnreadableError('the key of an encrypted value is missing');
        const nonce = from.bytes(NONCE);
        const plain = cipher.decrypt(name, nonce, from.rest(), bound ?? NOTHING);
        return after(plain, (found) => codec.decode(found, bound));
      }),
  };
}

function keyBytes(name: string, key: Uint8Array): Bytes {
  // The message must not show a key.
  const given = isView(key) ? `${key.byteLength} bytes` : typeof key;
  if (given !== '32 bytes')
    throw new OptionError(`keys: ${name}: expected a Uint8Array of 32 bytes, but got: ${given}`);
  return new Uint8Array(key);
}

function nodeCipher({ createCipheriv, createDecipheriv }: CryptoFunctions, keys: Record<string, Bytes>): Cipher {
  return {
    encrypt(key, nonce, plain, bound) {
      const cipher = createCipheriv('aes-256-gcm', keys[key]!, nonce).setAAD(bound);
      return joined(cipher.update(plain), cipher.final(), cipher.getAuthTag());
    },
    decrypt(key, nonce, secret, bound) {
      const end = secret.length - TAG;
      if (end < 0) throw new UnreadableError('an encrypted value ends too early');
      const cipher = createDecipheriv('aes-256-gcm', keys[key]!, nonce, { authTagLength: TAG }).setAAD(bound);
      cipher.setAuthTag(secret.subarray(end));
      return joined(cipher.update(secret.subarray(0, end)), cipher.final());
    },
  };
}

function joined(...parts: Uint8Array[]): Uint8Array {
  const out = new ByteWriter();
  for (const part of parts) out.bytes(part);
  return out.finish();
}

function webCipher(keys: Record<string, Bytes>): Cipher {
  const { subtle } = globalThis.crypto;
  const run = async (use: 'encrypt' | 'decrypt', name: string, iv: Bytes, bytes: Uint8Array, bound: Uint8Array) => {
    const key = await subtle.importKey('raw', keys[name]!, 'AES-GCM', false, [use]);
    const settings = { name: 'AES-GCM', iv, additionalData: bound as Bytes, tagLength: TAG * 8 };
    return new Uint8Array(await subtle[use](settings, key, bytes as Bytes));
  };
  return {
    encrypt: (key, nonce, plain, bound) => run('encrypt', key, nonce, plain, bound),
    decrypt: (key, nonce, secret, bound) => run('decrypt', key, nonce, secret, bound),
  };
}
