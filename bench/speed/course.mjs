/**
 * A course: an endless walk over an `order` of operands. Each runner has one of its own, since faster ones get farther,
 * and knows what the `worth` of each operand, a number, must come to.
 */
export class Course {
  #order;
  #worth;
  #from = 0;

  /** `worth[i]` belongs to `order[i]`. */
  constructor(order, worth) {
    this.#order = order;
    this.#worth = worth;
  }

  /** Walks on with a loop, and returns its sum. */
  walk(loop, subject, count) {
    const from = this.#from;
    this.#from = (from + count) % this.#order.length;
    return loop(subject, this.#order, from, count);
  }

  /** The sum of the worths of the last `count` operands walked, or of what else each is `worth`. */
  worthOf(count, worth = this.#worth) {
    const { length } = this.#order;
    const sums = sumsOf(worth);
    const rounds = Math.floor(count / length);
    const from = (((this.#from - count) % length) + length) % length;
    const to = from + (count % length);
    const rest = to <= length ? sums[to] - sums[from] : sums[length] - sums[from] + sums[to - length];
    return rounds * sums[length] + rest;
  }

  /** Where the last operand walked stands. */
  get last() {
    return (this.#from || this.#order.length) - 1;
  }
}

const known = new WeakMap();

/** The sums of all members before each; worked out once for all courses over the same worths. */
function sumsOf(worth) {
  if (!known.has(worth)) {
    const sums = new Float64Array(worth.length + 1);
    for (let i = 0; i < worth.length; i++) sums[i + 1] = sums[i] + worth[i];
    known.set(worth, sums);
  }
  return known.get(worth);
}
