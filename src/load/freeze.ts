/**
 * Freezes a value and all that its own properties and its contents reach, so that whoever changes it fails there. O(size).
 *
 * No getter is called and no prototype touched. Functions are left alone, as are modules, typed arrays and other views,
 * which the language cannot freeze, and regular expressions, which could not be used. Nor can it freeze what a Map, Set or
 * Date holds: those get methods of their own that throw. What lies in private fields, closures and weak collections stays
 * as it was.
 */
export function deepFreeze(value: unknown): void {
  const reached = new Set<object>();
  reach(reached, value);
  // Goes on to what is added meanwhile: no depth overflows, and no cycle goes round twice.
  for (const object of reached) {
    for (const kind of [Map, Set, Date]) if (object instanceof kind) shadow(object, kind);
    Object.freeze(object);
    // Also of what was frozen before, as that says nothing of what is in it.
    for (const key of Reflect.ownKeys(object)) {
      reach(reached, Object.getOwnPropertyDescriptor(object, key)?.value);
    }
    for (const content of contentsOf(object)) reach(reached, content);
  }
}

function reach(reached: Set<object>, value: unknown): void {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return;
  // A RegExp that searches writes its lastIndex.
  if (!(value instanceof RegExp || isModule(value))) reached.add(value);
}

/** What `import()` gives: nobody can change it, nor freeze it. */
function isModule(value: object): boolean {
  if (Object.isExtensible(value)) return false;
  return Object.getOwnPropertyDescriptor(value, Symbol.toStringTag)?.value === 'Module';
}

/** A built-in class whose instances hold what no property shows. */
type Kind = MapConstructor | SetConstructor | DateConstructor;

/** Puts a method that throws before each that would change the object. */
function shadow(object: object, kind: Kind): void {
  let shadows = shadowsOf.get(kind);
  if (shadows === undefined) {
    const mutators = Object.getOwnPropertyNames(kind.prototype).filter((name) => MUTATOR.test(name));
    shadows = Object.fromEntries(mutators.map((name) => [name, { value: refusal(kind, name) }]));
    shadowsOf.set(kind, shadows);
  }
  // One that takes no more properties was made so by somebody else, or is shadowed already.
  if (Object.isExtensible(object)) Object.defineProperties(object, shadows);
}

function refusal({ name: kind }: Kind, method: string): () => never {
  return () => {
    throw new TypeError(`${method} would change a ${kind} that is a cached result, which is frozen: change a copy`);
  };
}

function contentsOf(object: object): unknown[] {
  const contents: unknown[] = [];
  try {
    if (object instanceof Map) Map.prototype.forEach.call(object, (value, key) => contents.push(key, value));
    if (object instanceof Set) Set.prototype.forEach.call(object, (value) => contents.push(value));
  } catch {
    // It only inherits from one, as a proxy or a fake does, and so has no contents of its own.
  }
  return contents;
}

/** What the methods that change one are called, in this edition of the language and, as far as can be told, the next. */
const MUTATOR = /^(add|clear|delete|getOrInsert|set)/;

const shadowsOf = /* @__PURE__ */ new Map<Kind, PropertyDescriptorMap>();
