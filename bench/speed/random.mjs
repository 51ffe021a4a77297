/** Random numbers: the same in every run, since they come from fixed seeds. */
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

const generator = xoroshiro128plus(20_261_122);

/** Shuffles in place. */
export function shuffle(items) {
  for (let i = items.length - 1; i > 0; i--) {
    const j = uniformInt(generator, 0, i);
    [items[i], items[j]] = [items[j], items[i]];
  }
  return items;
}

/** `length` numbers below `population`, each as likely as any other. */
export function uniform(population, length) {
  return Int32Array.from({ length }, () => uniformInt(generator, 0, population - 1));
}

/** The numbers below `population`, each once. */
export function permutation(population) {
  return shuffle(Int32Array.from({ length: population }, (_, i) => i));
}

/** `length` numbers below `population`, the number n as often as 1 / (n + 1) ** exponent says. */
export function zipf(population, length, exponent) {
  return weighted(population, length, (n) => 1 / (n + 1) ** exponent);
}

/** `length` numbers below `population`, each as often as it is large. */
export function proportional(population, length) {
  return weighted(population, length, (n) => n);
}

/** A number below 2 ** 31 that looks random, another one for each whole number `id` below that. */
export function scattered(id) {
  const mixed = Math.imul(id + 1, 0x9e3779b1) & 0x7fffffff;
  return Math.imul(mixed ^ (mixed >>> 15), 0x85ebca6b) & 0x7fffffff;
}

function weighted(population, length, weightOf) {
  const sums = new Float64Array(population);
  let sum = 0;
  for (let i = 0; i < population; i++) sums[i] = sum += weightOf(i);
  return Int32Array.from({ length }, () => indexOf(sums, uniformFloat64(generator) * sum));
}

/** Where a number lies in growing sums: the first that is larger. */
function indexOf(sums, number) {
  let low = 0;
  let high = sums.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sums[middle] > number) high = middle;
    else low = middle + 1;
  }
  return low;
}
