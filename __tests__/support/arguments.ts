import * as fc from 'fast-check';
import { cacheKey } from 'memokit';

/** A class whose value is in hidden fields. `key.property.test.ts` registers it, and says so to `equality.ts`. */
export class Hidden {
  readonly #content: unknown;
  constructor(content: unknown) {
    this.#content = content;
  }
  get content(): unknown {
    return this.#content;
  }
}
/** A subclass of a registered class. */
class HiddenToo extends Hidden {}
/** A subclass that says its value itself. */
class Told extends Hidden {
  [cacheKey](): unknown {
    return [this.content];
  }
}

const registered = Symbol.for('registered');
const unique = Symbol('unique');
/** Objects with prototypes that hold something, or that inherit from `Object.prototype`. */
const heirs = [{}, { held: 1 }, Object.create({})].flatMap((prototype) =>
  [0, 0].map((): unknown => Object.create(prototype)),
);
const opaque = [() => 1, class {}, new Error('same'), new Error('same'), new WeakMap(), unique, ...heirs] as const;

/** Values that look alike in many encodings. Two random values are often easy to confuse, and often equal. */
const atom = fc.oneof(
  fc.constantFrom<unknown>(undefined, null, true, false, 0, -0, 1, Number.NaN, Infinity, 1n, 0n, -1n, 10n),
  fc.constantFrom<unknown>(
    '',
    '0',
    '1',
    'true',
    'null',
    'undefined',
    'NaN',
    '1n',
    ',',
    '(',
    '(1;d1;',
    's1:a',
    '}',
    '*',
    '\ud800',
  ),
  fc.constantFrom<unknown>(registered, ...opaque),
  fc.string({ unit: fc.constantFrom('s', 'd', '1', ':', ';', '*', '}', '('), maxLength: 4 }),
  fc.string({ maxLength: 3 }),
  fc.integer({ min: -3, max: 3 }),
);

/** Files, which have no value to compare. */
const files = ['a', 'a'].map((content) => new File([content], 'a.txt'));

/** The members of a list of names and values, such as a query or a form. */
const pairs = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'a=1'), fc.constantFrom('', '1', 'b&a')), { maxLength: 2 });

/** Prototypes that hold nothing, as those of queries and route parameters. */
const root: object = Object.create(null);
const prototypes: readonly object[] = [root, Object.create(root)];

const name = fc.constantFrom('a', 'b', '0', '1', 'length', '__proto__', 'constructor', '');

const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    atom,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.sparseArray(tie('value'), { maxLength: 4, maxNumElements: 3 }),
    fc.dictionary(name, tie('value'), { maxKeys: 3, noNullPrototype: false }),
    fc
      .tuple(fc.constantFrom(...prototypes), fc.dictionary(name, tie('value'), { maxKeys: 2 }))
      .map(([prototype, content]): unknown => Object.create(prototype, Object.getOwnPropertyDescriptors(content))),
    fc.tuple(tie('value'), fc.boolean()).map(([v, own]) => (own ? { [registered]: v } : { [unique]: v })),
    tie('value').map((hidden): unknown => Object.defineProperty({}, registered, { value: hidden })),
    fc.array(fc.tuple(tie('value'), tie('value')), { maxLength: 2 }).map((entries) => new Map(entries)),
    fc.array(tie('value'), { maxLength: 3 }).map((members) => new Set(members)),
    fc
      .tuple(fc.array(tie('value'), { maxLength: 2 }), tie('value'))
      .map(([members, hung]) => Object.assign(new Set(members), { [registered]: hung })),
    fc.constantFrom(0, 1, Number.NaN).map((time) => new Date(time)),
    fc.constantFrom('a', 'b').map((source) => new RegExp(source, 'g')),
    fc.constantFrom<unknown>(0, -0, '', 'a', true, 1n, registered).map((primitive) => Object(primitive)),
    fc.uint8Array({ maxLength: 3 }),
    fc.uint8Array({ maxLength: 3 }).map((bytes) => Buffer.from(bytes)),
    fc.uint8Array({ maxLength: 3 }).map((bytes) => bytes.slice().buffer),
    fc.int8Array({ maxLength: 3 }),
    fc.float64Array({ maxLength: 2, noNaN: true }),
    fc.constantFrom('http://a/', 'http://a/?b').map((href) => new URL(href)),
    pairs.map((entries) => new URLSearchParams(entries)),
    pairs.map(
      (entries) =>
        new Headers(entries.map(([header, content]): [string, string] => [header.replace('=', '-'), content])),
    ),
    fc.tuple(pairs, fc.subarray(files)).map(([entries, attached]) => {
      const form = new FormData();
      for (const [field, content] of entries) form.append(field, content);
      for (const file of attached) form.append('a', file);
      return form;
    }),
    fc.constantFrom('de', 'de-u-co-phonebk').map((tag) => new Intl.Locale(tag)),
    fc
      .tuple(fc.constantFrom(Hidden, HiddenToo, Told), tie('value'))
      .map(([Class, content]): unknown => new Class(content)),
  ),
}));

/**
 * Lists of Maps or Sets that are empty or hold a zero. Only the sizes tell which element belongs to which collection.
 */
const collections = fc.oneof(
  fc.array(
    fc.constantFrom([], [[0, 0] as const]).map((entries) => new Map(entries)),
    { maxLength: 3 },
  ),
  fc.array(
    fc.constantFrom([], [0]).map((members) => new Set(members)),
    { maxLength: 3 },
  ),
);

/** Argument lists that are hard to tell apart and often equal. */
export const args = fc.oneof(
  { weight: 3, arbitrary: fc.array(value, { maxLength: 3 }) },
  { weight: 1, arbitrary: collections },
);
