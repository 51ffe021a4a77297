/**
 * A service: a class with a method `get(key)`, a getter `value` and a plain `field`, whose runs are counted in a tally.
 * Each is written anew, since V8 would share what it learns among classes of equal source.
 */

let services = 0;

/** One to be decorated. */
export function serviceOf(tally = { runs: 0 }) {
  return written(
    `get(key) { tally.runs++; return this.id + key; }
     get value() { tally.runs++; return this.id; }`,
    tally,
  );
}

/** One memoized by hand, in private fields that are filled at the first call. */
export function serviceByHand(tally = { runs: 0 }) {
  return written(
    `#values; #value;
     get(key) {
       const known = this.#values?.get(key);
       if (known !== undefined) return known;
       tally.runs++;
       const result = this.id + key;
       (this.#values ??= new Map()).set(key, result);
       return result;
     }
     get value() {
       if (this.#value === undefined) { tally.runs++; this.#value = this.id; }
       return this.#value;
     }`,
    tally,
  );
}

function written(members, tally) {
  const source = `// service ${services++}
    return class Service {
      constructor(id) { this.id = id; this.field = { value: id }; }
      ${members}
    }`;
  return new Function('tally', source)(tally);
}
