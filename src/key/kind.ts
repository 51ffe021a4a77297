/**
 * The kind of an object: the name of the built-in class that it is a direct instance of, in whatever
 * realm, when that class is one whose instances have a value; `''` when the object has an identity only.
 */
export function kindOf(target: object): string {
  const prototype = Object.getPrototypeOf(target);
  const kind = prototype === null ? 'null' : kindOfPrototype(prototype);
  if (Array.isArray(target) || kind === 'Array') return Array.isArray(target) && kind === 'Array' ? kind : '';
  if (kind === 'null' || kind === 'Object') return isPrototype(target) ? '' : kind;
  return contentOf(target, kind) === undefined ? '' : kind;
}

/**
 * What an object of a kind holds: the bytes of a buffer or view, an iterator over a collection, a primitive for the
 * rest. `undefined` when the object only looks like one of the kind, as a proxy, a fake or a detached buffer does.
 */
export function contentOf(target: object, kind: string): unknown {
  try {
    if (ArrayBuffer.isView(target)) {
      return kind === '' ? undefined : new Uint8Array(target.buffer, target.byteOffset, target.byteLength);
    }
    if (!Object.hasOwn(READERS, kind)) return undefined;
    // Reading through the built-in's own accessor or method checks the object's internal slots.
    const found = Reflect.get(globalThis[kind as 'Date'].prototype, READERS[kind]!, target);
    if (kind === 'ArrayBuffer') return new Uint8Array(target as ArrayBuffer);
    return typeof found === 'function' ? found.call(target) : found;
  } catch {
    return undefined;
  }
}

/** The prototype of a class stands for the class, not for its few visible properties. */
function isPrototype(target: { constructor?: { prototype?: unknown } }): boolean {
  return Object.hasOwn(target, 'constructor') && target.constructor?.prototype === target;
}

const READERS: Readonly<Record<string, string>> = {
  Date: 'valueOf',
  Number: 'valueOf',
  String: 'valueOf',
  Boolean: 'valueOf',
  Symbol: 'valueOf',
  BigInt: 'valueOf',
  RegExp: 'source',
  URL: 'href',
  Map: 'entries',
  Set: 'values',
  ArrayBuffer: 'byteLength',
};

function kindOfPrototype(prototype: object): string {
  if (prototype === Object.prototype) return 'Object';
  if (prototype === Array.prototype) return 'Array';
  let kind = kinds.get(prototype);
  if (kind === undefined) kinds.set(prototype, (kind = nameOfBuiltIn(prototype)));
  return kind;
}

function nameOfBuiltIn(prototype: object): string {
  // The two that a host writes in JavaScript, whose source text would not tell them from anybody's classes.
  if (prototype === globalThis.URL?.prototype) return 'URL';
  if (prototype === globalThis.Buffer?.prototype) return 'Buffer';
  const made: unknown = Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value;
  if (typeof made !== 'function' || made.prototype !== prototype) return '';
  return NATIVE.test(Function.prototype.toString.call(made)) ? made.name : '';
}

const NATIVE = /\{\s*\[native code\]\s*\}$/;

const kinds = /* @__PURE__ */ new WeakMap<object, string>();
