import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** A sample: `size` numbers from 0 to 3·size-1, each drawn with a probability proportional to itself. */
export function* sample(size: number, seed: number): Generator<number> {
  const random = xoroshiro128plus(seed);
  const largest = 3 * size - 1;
  // Number n owns n of these tickets: n(n-1)/2 up to n(n+1)/2, the latter excluded.
  const tickets = (largest * (largest + 1)) / 2;
  for (let i = 0; i < size; i++) {
    const ticket = uniformInt(random, 0, tickets - 1);
    yield Math.floor((1 + Math.sqrt(1 + 8 * ticket)) / 2);
  }
}
