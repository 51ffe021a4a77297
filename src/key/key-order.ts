/**
 * Sorts property names into their canonical order, by UTF-16 code units. Programs use the same few sets of names again and
 * again, so the function keeps the last results. This saves time and never changes an order.
 */
export function inOrder(names: string[]): readonly string[] {
  const { length } = names;
  if (length < 2) return names;
  const first = names[0]!;
  const last = names[length - 1]!;
  const slot = (length * 7 + first.length * 3 + last.length * 5 + last.charCodeAt(0)) & (SLOTS - 1);
  const known = orders[slot];
  if (known !== undefined && isSame(known.names, names)) return known.sorted;
  const sorted = names.slice().sort();
  if (names.join('').length <= MOST_CHARACTERS) orders[slot] = { names, sorted };
  return sorted;
}

interface Order {
  readonly names: readonly string[];
  readonly sorted: readonly string[];
}

const SLOTS = 128;
/** The most characters of a set of names that is kept, so that the memory is bounded. */
const MOST_CHARACTERS = 1024;

const orders: (Order | undefined)[] = [];

function isSame(a: readonly string[], b: readonly string[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
