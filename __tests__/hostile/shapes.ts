import { chosenBigints, chosenDoubles, chosenIntegers } from '../support/chosen-numbers.js';
import { Random } from '../support/random.js';

/** A kind of arguments that a stranger may send, in any size. */
export interface Shape {
  readonly name: string;
  /** The smallest size that is measured. The others are 2, 4 and 8 times as large. */
  readonly size: number;
  /** Makes the argument lists of one request. They are new at each call of this function, and equal by value. */
  calls(size: number, seed: number): unknown[][];
  /** Makes as many lists of as much content that `JSON.stringify` can express, where it cannot express the lists. */
  equivalent?(size: number, seed: number): unknown[][];
  /** The most times longer that memokit may take in any mode, where that is more than the modes say. */
  readonly most?: number;
}

/** Makes one value of a size. */
type Make = (size: number, random: Random) => unknown;

const COPIES = 2;

/** Calls with a large value each. They differ in their last argument only. */
function large(name: string, size: number, make: Make, equivalent?: Make): Shape {
  const callsOf = (each: Make) => (of: number, seed: number) =>
    Array.from({ length: COPIES }, (_, id) => [each(of, new Random(seed)), id]);
  return { name, size, calls: callsOf(make), ...(equivalent && { equivalent: callsOf(equivalent) }) };
}

/** Calls with one small value each, as many as the size says. */
function numerous(name: string, size: number, make: (size: number) => unknown[], equivalent = make): Shape {
  const callsOf = (each: typeof make) => (of: number) => each(of).map((value) => [value]);
  return { name, size, calls: callsOf(make), equivalent: callsOf(equivalent) };
}

const list = <T>(length: number, make: (index: number) => T): T[] => Array.from({ length }, (_, index) => make(index));
const named = <T>(size: number, make: (index: number) => T) =>
  Object.fromEntries(list(size, (index) => [`name${index}`, make(index)]));

function nested(depth: number, around: (inner: unknown, level: number) => unknown): unknown {
  let value: unknown = 1;
  for (let level = 0; level < depth; level++) value = around(value, level);
  return value;
}

/** A tree of `size` nodes of all kinds that JSON has. */
function mixed(size: number, random: Random): unknown {
  if (size <= 1) {
    const text = () => 'x'.repeat(random.below(20)) + random.below(1000);
    return random.pick<() => unknown>([() => random.below(1e6), () => random.next(), text, () => null, () => true])();
  }
  const children: unknown[] = [];
  for (let left = size - 1; left > 0; ) {
    const share = 1 + random.below(random.next() < 0.3 ? left : Math.min(left, 20));
    children.push(mixed(share, random));
    left -= share;
  }
  if (random.next() < 0.5) return children;
  return Object.fromEntries(children.map((child, index) => [`m${random.below(50)}_${index}`, child]));
}

class Instance {}
const instances: Instance[] = [];
const instance = (index: number): Instance => (instances[index] ??= new Instance());

const prefix = 'n'.repeat(500);

/** A value in which each level is around the one before. `JSON.stringify` gets as many levels in shorter chains. */
const deep = (name: string, around: (inner: unknown, level: number) => unknown, equivalent = around): Shape =>
  large(
    name,
    1250,
    (size) => nested(size, around),
    (size) => list(size / SHORT, () => nested(SHORT, equivalent)),
  );

/** A depth that does not overflow the stack of `JSON.stringify`. */
const SHORT = 250;

const DEPTH: Shape[] = [
  deep('arrays in one another', (inner) => [inner]),
  deep('objects in one another', (inner) => ({ a: inner })),
  deep('chains with leaves', (inner) => [[], inner, {}]),
  deep('chains of records', (next, id) => ({ id, leaf: { id }, next, list: [id] })),
  deep(
    'Maps in one another',
    (inner) => new Map([['a', inner]]),
    (inner) => [['a', inner]],
  ),
];

const WIDTH: Shape[] = [
  large('an object with many members', 2000, (size) => named(size, (index) => index)),
  large('an object filled with null', 4000, (size) => ({ ...named(size, () => null), signal: null })),
  large(
    'an object filled with undefined',
    4000,
    (size) => ({ ...named(size, () => undefined), signal: undefined }),
    (size) => named(size, () => null),
  ),
  large('many null arguments in an array', 6250, (size) => list(size, () => null)),
  large('members named by numbers', 2000, (size) => Object.fromEntries(list(size, (index) => [index * 7, index]))),
  large('long names with one beginning', 250, (size) =>
    Object.fromEntries(list(size, (index) => [prefix + (size - index), index])),
  ),
  large(
    'members named by symbols',
    2000,
    (size) => Object.fromEntries(list(size, (index) => [Symbol.for(`name${index}`), index])),
    (size) => named(size, (index) => index),
  ),
  large('an array of numbers', 5000, (size) => list(size, (index) => index)),
  large('an array of doubles', 2000, (size, random) => list(size, () => random.next())),
  large('an array of texts', 2000, (size) => list(size, (index) => `text ${index}`)),
  // JSON takes two characters for each of these. Beyond 10,000 of them memokit writes the list twice, and V8 takes longer
  // to make an array of more than 16,384 elements.
  { ...large('an array of empty arrays', 6250, (size) => list(size, () => [])), most: 60 },
  { ...large('an array of empty objects', 6250, (size) => list(size, () => ({}))), most: 60 },
  large('an array of records', 500, (size) => list(size, (id) => ({ id, name: `name ${id}`, tags: ['a', 'b'] }))),
  large(
    'an array of a few elements far apart',
    1000,
    (size) => Object.assign([], Object.fromEntries(list(size, (index) => [index * 100_000, index]))),
    (size) => Object.fromEntries(list(size, (index) => [index * 100_000, index])),
  ),
  large(
    'an array with holes',
    5000,
    (size) => Object.assign(Array(size), Object.fromEntries(list(size / 10, (index) => [index * 10, index]))),
    (size) => list(size, (index) => (index % 10 === 0 ? index : null)),
  ),
  large(
    'a typed array',
    5000,
    (size) => Float64Array.from({ length: size }, (_, index) => index / 7),
    (size) => list(size, (index) => index / 7),
  ),
  large(
    'a Buffer',
    20_000,
    (size) => Buffer.alloc(size, 'hostile'),
    (size) => list(size, (index) => 97 + (index % 7)),
  ),
  large(
    'a Map',
    2000,
    (size) => new Map(list(size, (index) => [`name${index}`, index])),
    (size) => list(size, (index) => [`name${index}`, index]),
  ),
  large(
    'a Set',
    5000,
    (size) => new Set(list(size, (index) => index)),
    (size) => list(size, (index) => index),
  ),
  large('an array of Dates', 1000, (size) => list(size, (index) => new Date(index * 1e9))),
  large('an array of URLs', 250, (size) => list(size, (index) => new URL(`https://example.com/${index}`))),
  large(
    'an array of RegExps',
    1000,
    (size) => list(size, (index) => new RegExp(`a${index % 50}`, 'g')),
    (size) => list(size, (index) => [`a${index % 50}`, 'g', 0]),
  ),
  large('an array of boxed numbers', 1000, (size) => list(size, (index) => Object(index))),
  {
    // Each is looked up in a WeakMap, for JSON texts of a few digits.
    ...large(
      'an array of instances',
      1000,
      (size) => list(size, instance),
      (size) => list(size, (index) => index),
    ),
    most: 25,
  },
  large(
    'a query of many names',
    500,
    (size) => new URLSearchParams(list(size, (index) => [`name${index}`, `${index}`])),
    (size) => list(size, (index) => [`name${index}`, `${index}`]),
  ),
  large('a long text', 50_000, (size) => 'text '.repeat(size / 5)),
  large('a long text of wide characters', 50_000, (size) => '文字'.repeat(size / 2)),
  large(
    'a long bigint',
    500,
    (size) => 10n ** BigInt(size),
    (size) => `${10n ** BigInt(size)}`,
  ),
  {
    name: 'many arguments',
    size: 4000,
    calls: (size) => [list(size, (index) => index), list(size, () => null)],
  },
];

const REPETITION: Shape[] = [
  large('one part many times', 1000, (size) => {
    const part = { id: 1, name: 'part' };
    return list(size, () => part);
  }),
  large('parts that double at each level', 512, (size) => {
    let value: unknown = [1];
    for (let width = 1; width < size; width *= 2) value = [value, value];
    return value;
  }),
  large(
    'parts that double a thousand times',
    250,
    (size) => nested(size, (inner) => [inner, inner]),
    // Such a part is written in full up to 10,000 objects, before it is written with numbers.
    (size) => list(10_000 + size, () => []),
  ),
  large(
    'a list that contains itself',
    2000,
    (size) => {
      const self: unknown[] = list(size, (index) => index);
      self.push(self);
      return self;
    },
    (size) => list(size, (index) => index),
  ),
  large(
    'a ring of objects',
    1000,
    (size) => {
      const ring = list(size, (id): { id: number; next?: unknown } => ({ id }));
      ring.forEach((each, index) => {
        each.next = ring[(index + 1) % size];
      });
      return ring[0];
    },
    (size) => list(size, (id) => ({ id, next: id })),
  ),
  large(
    'objects that all point at one another',
    25,
    (size) => {
      const all = list(size, (id): { id: number; others?: unknown } => ({ id }));
      for (const each of all) each.others = [...all];
      return all;
    },
    (size) => list(size, (id) => ({ id, others: list(size, (other) => [other]) })),
  ),
  numerous('long texts of one length', 4, (size) => list(size * 8, (index) => 'x'.repeat(40_000) + (1000 + index))),
  numerous('lists that differ at their end', 4, (size) =>
    list(size * 8, (id) => [...list(1000, (index) => index), id]),
  ),
  numerous('slices of a long text', 500, (size) => {
    const text = list(size, (index) => `${index} is one of many `.padEnd(30)).join('');
    return list(size, (index) => text.slice(index * 30, index * 30 + 25));
  }),
];

/** Numbers that fall into one bucket of a Map. */
const CHOSEN: Shape[] = [
  numerous('numbers at random', 2500, (size) => {
    const random = new Random(size);
    return [...new Set(list(size, () => random.below(2 ** 31)))];
  }),
  numerous('chosen whole numbers', 2500, chosenIntegers),
  numerous('chosen doubles', 2500, chosenDoubles),
  numerous('chosen bigints', 2500, chosenBigints, (size) => chosenBigints(size).map(String)),
  numerous('objects with a chosen number', 2500, (size) => chosenIntegers(size).map((id) => ({ id }))),
  large('an array of chosen numbers', 2500, (size) => chosenIntegers(size)),
  large('an array with chosen numbers in objects', 2500, (size) => chosenIntegers(size).map((id) => ({ id }))),
];

const MIXED: Shape[] = [1, 2, 3].map((n) =>
  large(`a random tree, ${n}`, 2000, (size, random) => {
    for (let skipped = 0; skipped < n * 100; skipped++) random.next();
    return mixed(size, random);
  }),
);

export const SHAPES: readonly Shape[] = [...DEPTH, ...WIDTH, ...REPETITION, ...CHOSEN, ...MIXED];
