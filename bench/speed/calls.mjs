/**
 * A call: arguments of one kind, and what they are to a memoizer.
 *
 * - `make(id)`: the argument, or where there are several a list of them, for an id; made anew each time.
 * - `source`: the arguments inside a loop, where `member` is what `make` gave; `member` unless given.
 * - `fn`: the function that is memoized; `worth(id)`: what it returns, the id unless given.
 * - `isString`: the argument is a string. `isRemade`: that of a hit is not that of the miss, only equal.
 * - `processes`: how many measure it, where a goal is near and chance in what V8 inlines would decide it; 1 unless given.
 * - `byHand`: the limit, of by-hand.mjs. The rest is what functions.mjs calls `wanted`.
 */
import { map, mapOfThree, mapOfTwo, variable } from './contenders/by-hand.mjs';

/** Milliseconds: no entry dies while it is measured. */
const LONG = 3_600_000;

const START = Date.UTC(2026, 0);
const itself = (argument) => argument;
const numberIn = (text) => Number(text.slice(1));

// Sparse, since dense ones are array indices to a plain object.
export const number = { arity: 1, make: (id) => id * 211, fn: (n) => n / 211, byHand: map(itself) };
export const closeNumber = { ...number, make: itself, fn: (n) => 2 * n, worth: (id) => 2 * id };
export const string = {
  arity: 1,
  isString: true,
  make: (id) => `k${id}`,
  fn: (text) => numberIn(text),
  byHand: map(itself),
};
// A few of the first for each of the second, as of tenants and users.
const column = (id) => id % 32;
const row = (id) => Math.floor(id / 32);
const two = { arity: 2, source: 'member[0], member[1]', byHand: mapOfTwo };
export const twoNumbers = { ...two, make: (id) => [column(id), row(id)], fn: (a, b) => a + b * 32 };
export const numberAndString = {
  ...two,
  make: (id) => [column(id), `p${row(id)}`],
  fn: (a, b) => a + numberIn(b) * 32,
};
export const twoStrings = {
  ...two,
  make: (id) => [`u${column(id)}`, `p${row(id)}`],
  fn: (a, b) => numberIn(a) + numberIn(b) * 32,
};
const three = {
  arity: 3,
  source: 'member[0], member[1], member[2]',
  make: (id) => [`u${column(id)}`, row(id), id % 2 === 0],
  fn: (a, b, _c) => numberIn(a) + b * 32,
  byHand: mapOfThree,
};
const structured = { arity: 1, isStructured: true, isJson: true, isRemade: true };

export const calls = {
  'no argument': { arity: 0, source: '', make: itself, fn: () => 42, worth: () => 42, byHand: variable, room: 1 },
  'one number, 1k keys': { ...number, room: 1000, processes: 4 },
  'one close number, 1k keys': { ...closeNumber, room: 1000, processes: 4 },
  'one string, 1k keys': { ...string, room: 1000 },
  'one fresh string, 1k keys': { ...string, isString: false, room: 1000, make: itself, source: "'k' + member" },
  'one number, 1k keys, ttl': { ...number, room: 1000, ttl: LONG },
  'one string, 1k keys, ttl': { ...string, room: 1000, ttl: LONG },
  'two numbers, 10 keys': { ...twoNumbers, room: 10 },
  'two numbers, 1k keys': { ...twoNumbers, room: 1000 },
  'number and string, 10 keys': { ...numberAndString, room: 10, processes: 4 },
  'number and string, 1k keys': { ...numberAndString, room: 1000 },
  'two strings, 10 keys': { ...twoStrings, room: 10 },
  'two strings, 1k keys': { ...twoStrings, room: 1000 },
  'three primitives, 10 keys': { ...three, room: 10 },
  'three primitives, 1k keys': { ...three, room: 1000 },
  'small object, 1k keys': {
    ...structured,
    make: (id) => ({ id, name: `n${id}` }),
    fn: ({ id }) => id,
    byHand: map(({ id, name }) => `${id}|${name}`),
    room: 1000,
  },
  'nested object, 1k keys': {
    ...structured,
    make: (id) => ({ user: { id, roles: ['reader', `r${id % 7}`] }, page: { offset: id * 20, limit: 20 } }),
    fn: ({ user }) => user.id,
    byHand: map(({ user, page }) => `${user.id}|${user.roles.join()}|${page.offset}|${page.limit}`),
    room: 1000,
  },
  'Date, 1k keys': {
    ...structured,
    make: (id) => new Date(START + id),
    fn: (date) => date.getTime() - START,
    byHand: map((date) => date.getTime()),
    room: 1000,
  },
  'Map of 10, 100 keys': {
    ...structured,
    isJson: false,
    make: (id) => new Map(Array.from({ length: 10 }, (_, i) => [`k${i}`, id + i])),
    fn: (values) => values.get('k0'),
    byHand: map((values) => JSON.stringify([...values])),
    room: 100,
  },
  'array of 100, 100 keys': {
    ...structured,
    make: (id) => Array.from({ length: 100 }, (_, i) => id + i),
    fn: ([first]) => first,
    byHand: map((values) => JSON.stringify(values)),
    room: 100,
  },
  '10 kB string, 100 keys': {
    ...string,
    isRemade: true,
    // Through a buffer, since a joined string would be flattened at its first use.
    make: (id) => Buffer.from(`k${String(id).padEnd(10_000)}`).toString('latin1'),
    room: 100,
  },
  'async hit, one number, 1k keys': { ...number, fn: async (n) => n / 211, isAsync: true, room: 1000 },
};
