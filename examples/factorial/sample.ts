import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** Draws a sample: `size` numbers from 0 to 3·size-1, each with a probability proportional to the number itself. */
export function* sample(size: number, seed: number): Generator<number> {
  const random = xoroshiro128plus(seed);
  const largest = 3 * size - 1;
  // The number n owns n of these tickets, from n(n-1)/2 up to but not including n(n+1)/2.
  const tickets = (largest * (largest + 1)) / 2;
  for (let i = 0; i < size; i++) {
    const ticket = uniformInt(random, 0, tickets - 1);
    yield Math.floor((1 + Math.sqrt(1 + 8 * ticket)) / 2);
  }
}
