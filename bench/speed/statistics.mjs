/** Statistics of rounds: what the times of contenders that took turns say of one against another. */
import { median } from 'simple-statistics';

/** The median over the rounds of one contender's time to another's; both as nanoseconds of each round. */
export function ratioOf(ours, theirs) {
  return median(ours.map((time, round) => time / theirs[round]));
}

export { geometricMean, median } from 'simple-statistics';
