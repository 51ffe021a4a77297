/**
 * The length for an array that has run full. A long one doubles; a short one grows faster, as a typed array is dearer to
 * make than to fill. What is `enough` for all that may come is preferred where it is no longer than that.
 */
export function grownLength(length: number, enough: number): number {
  const longer = length * (length < 1024 ? 8 : 2);
  return length < enough && enough <= longer ? enough : longer;
}
