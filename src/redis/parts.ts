/** Returns a list in parts, because the server runs nothing else while a script runs. */
export function partsOf<T>(list: readonly T[], most: number): T[][] {
  const parts: T[][] = [];
  for (let at = 0; at < list.length; at += most) parts.push(list.slice(at, at + most));
  return parts;
}
