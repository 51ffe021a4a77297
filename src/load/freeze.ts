import { type Ancestor, ancestorOf } from '../key/kind.js';
import {
  defineProperty,
  descriptorOf,
  freezeObject,
  isExtensible,
  isView,
  namesOf,
  ownKeys,
  prototypeOf,
} from '../platform.js';

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
    const ancestor = ancestorOf(object, NAMES);
    const content = ancestor?.kind.contentOf(object);
    if (ancestor?.kind.name === 'RegExp') {
      // A RegExp that searches writes its lastIndex.
      if (content !== undefined) continue;
    } else if (ancestor !== undefined) {
      shadow(object, ancestor);
    }
    freezeObject(object);
    // Also of what was frozen before, as that says nothing of what is in it.
    for (const key of ownKeys(object)) reach(reached, descriptorOf(object, key)?.value);
    // An object that only inherits from a Map, as a proxy or a fake does, has no contents.
    if (typeof content !== 'object') continue;
    for (const member of content as Iterable<unknown>) {
      if (ancestor?.kind.name === 'Set') reach(reached, member);
      else for (const part of member as [unknown, unknown]) reach(reached, part);
    }
  }
}

function reach(reached: Set<object>, value: unknown): void {
  if (typeof value !== 'object' || value === null || isView(value)) return;
  if (!isModule(value)) reached.add(value);
}

/** The classes whose instances need more than `Object.freeze`, or must not be frozen. */
const NAMES = ['Map', 'Set', 'Date', 'RegExp'];

/** What `import()` gives: nobody can change it, nor freeze it. */
function isModule(value: object): boolean {
  if (isExtensible(value)) return false;
  return descriptorOf(value, Symbol.toStringTag)?.value === 'Module';
}

/** Puts a method that throws before each inherited method that would change the object. */
function shadow(object: object, { kind, prototype }: Ancestor): void {
  let shadows = shadowsOf.get(prototype);
  if (shadows === undefined) {
    // Fake timers put a subclass in the place of Date, so the methods may be further up, but not on Object.prototype.
    const names: string[] = [];
    let at: object = prototype;
    for (let next = prototypeOf(at); next !== null; next = prototypeOf(at)) {
      names.push(...namesOf(at));
      at = next;
    }
    const mutators = [...new Set(names)].filter((name) => MUTATORS.some((beginning) => name.startsWith(beginning)));
    shadows = mutators.map((name) => [name, { value: refusal(kind.name, name) }]);
    shadowsOf.set(prototype, shadows);
  }
  // One that takes no more properties was made so by somebody else, or is shadowed already.
  if (isExtensible(object)) for (const [name, descriptor] of shadows) defineProperty(object, name, descriptor);
}

function refusal(kind: string, method: string): () => never {
  return () => {
    throw new TypeError(`${method} would change a ${kind} that is a cached result, which is frozen: change a copy`);
  };
}

/** How the methods that change one begin, in this edition of the language and, as far as can be told, the next. */
const MUTATORS = ['add', 'clear', 'delete', 'getOrInsert', 'set'];

/** The shadows of the methods of each prototype. */
const shadowsOf = /* @__PURE__ */ new WeakMap<object, [name: string, descriptor: PropertyDescriptor][]>();
