/** What an expert writes by hand to memoize one function, which is the limit of calls. */
import { LinkedMap } from './linked-map.mjs';

/** A variable, checked. */
export function variable(fn) {
  let value;
  return () => {
    if (value === undefined) value = fn();
    return value;
  };
}

/** A `Map`, under a key made from all arguments. */
export function map(keyOf) {
  return (fn) => keyed(fn, keyOf, new Map());
}

/** The same, and the least recently used entry makes room for a new one. */
export function linkedMap(keyOf, capacity) {
  return (fn) => keyed(fn, keyOf, new LinkedMap(capacity));
}

/** The same for two and three arguments without a key: a `Map` for the first that gives one for the second … */
export function mapOfTwo(fn) {
  const values = new Map();
  return (a, b) => {
    const known = values.get(a)?.get(b);
    if (known !== undefined) return known;
    const result = fn(a, b);
    inner(values, a).set(b, result);
    return result;
  };
}

export function mapOfThree(fn) {
  const values = new Map();
  return (a, b, c) => {
    const known = values.get(a)?.get(b)?.get(c);
    if (known !== undefined) return known;
    const result = fn(a, b, c);
    inner(inner(values, a), b).set(c, result);
    return result;
  };
}

function keyed(fn, keyOf, values) {
  return (a, b) => {
    const key = keyOf(a, b);
    const known = values.get(key);
    if (known !== undefined) return known;
    const result = fn(a, b);
    values.set(key, result);
    return result;
  };
}

function inner(values, key) {
  if (!values.has(key)) values.set(key, new Map());
  return values.get(key);
}
