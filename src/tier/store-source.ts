import type { CallLoad } from '../cache/call-load.js';
import { expire, expireAll } from '../cache/expiry.js';
import type { ReceiverCache } from '../cache/receiver-cache.js';
import { Definition } from '../definition/definition.js';
import type { Sharing } from '../definition/sharing.js';
import type { Delivery, Source } from '../definition/source.js';
import { OptionError } from '../errors.js';
import type { CallKey } from '../key/call-key.js';
import { rejected, resolved, sourceOf } from '../platform.js';
import { isPromise } from '../promise.js';
import type { StoreKey } from '../store/store.js';
import { requireOption } from '../validate.js';
import { distrust } from './distrust.js';
import { drive } from './drive.js';
import { KnownKeys } from './known-keys.js';
import { runMethod } from './run-method.js';
import { Scopes } from './scopes.js';
import { detached, type Linked, modeOf, type StoreLink } from './store-link.js';
import { StoreLoad } from './store-load.js';
import { requireNamed, textOfKey } from './store-name.js';
import { fillGiven } from './store-put.js';
import { StoredValues } from './stored-values.js';

/** The source of one definition behind which a store stands. */
export class StoreSource implements Source<ReceiverCache, CallLoad>, Linked {
  readonly definition: Definition;
  readonly link: StoreLink;
  readonly values: StoredValues;
  readonly #scopes: Scopes;
  readonly #keys = new KnownKeys();
  /** The loads that ask the store. */
  readonly #loads = new Set<StoreLoad>();
  #namespace: string | undefined;
  /** Whether the definition was cleared before its name in the store was known. */
  #isCleared = false;

  constructor(definition: Definition, sharing: Sharing, isStatic: boolean, link: StoreLink) {
    this.definition = definition;
    this.link = link;
    const { version, check } = definition.options;
    const isSchema = check === undefined || typeof check?.['~standard']?.validate === 'function';
    requireOption(isSchema, 'check', 'a schema of the Standard Schema protocol', check);
    const isVersion = version === undefined || typeof version === 'string' || Number.isFinite(version);
    requireOption(isVersion, 'version', 'a string or a finite number', version);
    this.#scopes = new Scopes(definition, sharing, isStatic);
    // The stored results of a version that had tags have them too.
    definition.isTagged = true;
    this.values = new StoredValues(link.codec, check, () => definition.name);
    // The name of a method contains the class of its receiver, which the first call tells.
    if (definition.role === 'function') this.namespace;
    this.doubt();
  }

  /** The name of the definition's results in the store. @throws OptionError when it has none, or another has it too. */
  get namespace(): string {
    if (this.#namespace !== undefined) return this.#namespace;
    const { definition, link } = this;
    const { name: given, version = '' } = definition.options;
    const { name } = definition;
    const isNamed = definition.role === 'function' ? name !== 'anonymous' : /^(?!Object\.).+\../.test(name);
    if (given === '' || (given === undefined && !isNamed)) {
      throw new OptionError(
        `store of ${name}: expected the option name beside it, as the function or its class has none`,
      );
    }
    const namespace = `${name.replace(/[%@]/g, encodeURIComponent)}@${version}`;
    for (const other of link.sourcesOf(namespace) as StoreSource[]) {
      const isSame =
        given !== undefined && other.definition.options.name !== undefined && textOf(this) === textOf(other);
      if (!isSame)
        throw new OptionError(
          `store of ${name}: another function has this name in the store: give one of the two another name`,
        );
    }
    link.add(namespace, this);
    this.#namespace = namespace;
    if (this.#isCleared) link.invalidate({ namespace }, 'remove');
    return namespace;
  }

  meets(cache: ReceiverCache, receiver: unknown): void {
    this.#scopes.add(cache, receiver, () => this.namespace);
  }

  load(
    cache: ReceiverCache,
    load: CallLoad,
    receiver: unknown,
    args: readonly unknown[],
    methodArgs: readonly unknown[],
  ): unknown {
    const run = () => runMethod(cache, load, receiver, methodArgs);
    const { definition } = this;
    try {
      // Also for a result that stays in memory, since another process may invalidate it.
      const key = this.#name(cache, load.key, requireNamed(definition, load.key, receiver, args));
      if (this.values.isMemoryOnly) return run();
      load.from = undefined;
      const storeLoad = new StoreLoad(this.link, this.values, { cache, load, key, receiver, args, run }, this.#loads);
      const result = storeLoad.begin();
      storeLoad.isLate = true;
      const isPromised = definition.promises === true || storeLoad.isPromised || !this.link.isSync;
      return isPromised && !isPromise(result) ? resolved(result) : result;
    } catch (error) {
      load.from = 'method';
      if (definition.promises === true) return rejected(error);
      throw error;
    }
  }

  put(cache: ReceiverCache, key: CallKey, value: unknown, ttl: number, tags: readonly string[]): void {
    const name = this.#nameOf(cache, key);
    if (name === undefined) return;
    const { link } = this;
    const isStored = ttl > 0 && !this.values.isMemoryOnly;
    const lease = isStored ? link.replace(name) : void link.invalidate({ keys: [name] }, 'remove');
    detached(this.#endsElsewhere(cache, name, false));
    if (isStored) link.track(drive(fillGiven(link, this.values, this.definition, name, lease, value, ttl, tags)));
  }

  // The store is told first, because a listener may call the method again.

  ended(cache: ReceiverCache, keys: readonly CallKey[] | undefined, isSoft: boolean): void {
    const { link, namespace } = this;
    if (keys === undefined) {
      const { tag, prefix } = this.#scopes.of(cache);
      link.invalidate(tag === undefined ? { namespace } : { tags: [tag] }, modeOf(isSoft));
      const sources = link.sourcesOf(namespace) as StoreSource[];
      const others = sources.flatMap((source) => source.#scopes.withPrefix(prefix)).filter((other) => other !== cache);
      detached(others.map((other) => endOf(other, isSoft)));
      return;
    }
    const names = keys.map((key) => this.#nameOf(cache, key)).filter((name) => name !== undefined);
    if (names.length === 0) return;
    link.invalidate({ keys: names }, modeOf(isSoft));
    detached(names.flatMap((name) => this.#endsElsewhere(cache, name, isSoft)));
  }

  cleared(): void {
    const { link } = this;
    const namespace = this.#namespace;
    this.#isCleared = namespace === undefined;
    if (namespace === undefined) return;
    link.invalidate({ namespace }, 'remove');
    for (const other of link.sourcesOf(namespace) as StoreSource[]) if (other !== this) other.definition.clear(false);
  }

  poll(): void {
    const { definition } = this;
    const mayTrust = this.link.poll();
    if (mayTrust && !definition.isSuspended) definition.servedEpoch = definition.epoch;
  }

  async delivered(): Promise<Delivery> {
    return (await this.link.isTold()) ? 'delivered' : 'journaled';
  }

  doubt(): void {
    this.definition.servedEpoch = -1;
  }

  endsOfKey(text: string, isSoft: boolean): (() => void)[] {
    return this.#scopes.withKey(text).flatMap((cache) => this.#endsIn(cache, text, isSoft));
  }

  endsOfScope(prefix: string | undefined, isSoft: boolean): (() => void)[] {
    const caches = prefix === undefined ? this.#scopes.caches() : this.#scopes.withPrefix(prefix);
    return caches.map((cache) => endOf(cache, isSoft));
  }

  distrusts(): (() => void)[] {
    const loads = [...this.#loads];
    return this.#scopes.caches().map((cache) => () => distrust(cache, loads));
  }

  #endsIn(cache: ReceiverCache, text: string, isSoft: boolean): (() => void)[] {
    const known = this.#keys.of(cache, text);
    if (known === undefined) return [];
    return [() => void (isSoft ? expire(cache, known.key) : cache.delete(known.key))];
  }

  /** Ends a key in the other caches of this process that have it from the store. */
  #endsElsewhere(cache: ReceiverCache, { namespace, key }: StoreKey, isSoft: boolean): (() => void)[] {
    const sources = this.link.sourcesOf(namespace) as StoreSource[];
    return sources.flatMap((source) => {
      const others = source.#scopes.withKey(key).filter((other) => other !== cache);
      return others.flatMap((other) => source.#endsIn(other, key, isSoft));
    });
  }

  #nameOf(cache: ReceiverCache, key: CallKey): StoreKey | undefined {
    const text = textOfKey(key);
    return text === undefined ? undefined : this.#name(cache, key, text);
  }

  #name(cache: ReceiverCache, callKey: CallKey, text: string): StoreKey {
    const { prefix, tag } = this.#scopes.of(cache);
    const key = prefix + text;
    this.#keys.note(cache, key, callKey);
    const name = { namespace: this.namespace, key };
    return tag === undefined ? name : { ...name, tags: [tag] };
  }
}

function endOf(cache: ReceiverCache, isSoft: boolean): () => void {
  return () => (isSoft ? expireAll(cache) : cache.clear());
}

/** The source text of what a source stands in front of. */
function textOf({ definition }: StoreSource): string {
  const { many } = definition.options;
  return sourceOf(typeof many === 'function' ? many : definition.method);
}

/** Makes the source of a definition. @throws OptionError when its options do not fit a store. */
export function sourceFor(link: () => StoreLink, given: unknown, sharing: Sharing, isStatic: boolean): StoreSource {
  if (!(given instanceof Definition)) {
    throw new OptionError('store: it comes from another copy of memokit: import both as ES modules, or require both');
  }
  return new StoreSource(given, sharing, isStatic, link());
}
