/**
 * A miss: a call, as in calls.mjs, whose function runs where the cache has evicted what is asked for.
 *
 * - `draws()`: the ids of the arguments in the order of use; a cache of `room` entries misses many of them.
 * - `read`: what the loop adds up of a result, the result itself unless given.
 * - `collects`: there is a full collection before each turn.
 * - `isExtra`: left out of a full run.
 */
import { closeNumber, number, numberAndString, string, twoNumbers, twoStrings } from './calls.mjs';
import { linkedMap } from './contenders/by-hand.mjs';
import { permutation, proportional, scattered, zipf } from './random.mjs';

/** Milliseconds: no entry dies while it is measured. */
const LONG = 3_600_000;

const ROOM = 1000;

const ofOne = { byHand: linkedMap((argument) => argument, ROOM) };
const ofTwo = { byHand: linkedMap((a, b) => `${a}|${b}`, ROOM) };
const denseNumber = { ...closeNumber, ...ofOne };
const sparseNumber = { ...number, ...ofOne };

/** Three times as many as fit, over and over in the same order: each is a miss. */
const evict = { room: ROOM, evicts: true, draws: () => permutation(3 * ROOM) };
const readThrough = { ...evict, draws: () => zipf(20 * ROOM, 80 * ROOM, 0.99) };
/** That of examples/factorial with SAMPLE_SIZE=100000 and CACHE_SIZE=1000. */
const demo = { ...evict, draws: () => proportional(300_000, 100_000) };

export const misses = {
  'evict, close numbers': { ...denseNumber, ...evict },
  'evict, sparse numbers': { ...sparseNumber, ...evict },
  'evict, random numbers': { ...sparseNumber, ...evict, make: scattered, fn: () => 42, worth: () => 42 },
  'evict, strings': { ...string, ...ofOne, ...evict },
  'evict, two numbers': { ...twoNumbers, ...ofTwo, ...evict },
  'evict, number and string': { ...numberAndString, ...ofTwo, ...evict },
  'evict, two strings': { ...twoStrings, ...ofTwo, ...evict },
  'evict, an object result': { ...sparseNumber, ...evict, fn: (n) => ({ id: n / 211 }), read: '.id' },
  'evict, a ttl': { ...sparseNumber, ...evict, ttl: LONG },
  'Zipf read-through, close numbers': { ...denseNumber, ...readThrough },
  'Zipf read-through, sparse numbers': { ...sparseNumber, ...readThrough, isExtra: true },
  'Zipf read-through, strings': { ...string, ...ofOne, ...readThrough, isExtra: true },
  'load of the demo': { ...denseNumber, ...demo },
  'awaited, staleIfError, a collection before each turn': {
    ...sparseNumber,
    ...evict,
    fn: async (n) => n / 211,
    isAsync: true,
    ttl: LONG,
    staleIfError: LONG,
    collects: true,
  },
};
