import { sameValue } from '../platform.js';
import { ScrambledMap } from '../scrambled-map.js';

/** A leaf of a tree: an object with a token list. It extends this class, in which the tree keeps its place. */
export abstract class Leaf {
  /** The branch above, while the leaf is in a tree and there is one. Only the tree writes it. */
  parent: Branch<any> | undefined;
  abstract readonly tokens: readonly unknown[];
}

/**
 * A token tree: leaves found by their token lists, none of which begins another. It branches only where lists
 * differ, so that a lookup costs one Map read for each such place and one comparison. Every operation takes O(tokens).
 */
export class TokenTree<L extends Leaf> {
  #root: Node<L> | undefined;

  /** The leaf whose tokens are the first `count` of a list. */
  find(list: readonly unknown[], count: number): L | undefined {
    let node = this.#root;
    while (node !== undefined && node.tokens === undefined) {
      const { index }: Branch<L> = node;
      if (index >= count) return undefined;
      node = node.get(list[index]);
    }
    return node !== undefined && sameTokens(node.tokens, list, count) ? node : undefined;
  }

  /** As `find`, of the tokens of two or three arguments that are their own: the `count` of them, then they. */
  findShort(count: 2 | 3, a: unknown, b: unknown, c: unknown): L | undefined {
    let node = this.#root;
    // The places of the branches that were passed, as bits: what was looked up there need not be compared. A place above
    // 31 counts as one below, but what is behind it is too long to be found here.
    let passed = 0;
    while (node !== undefined && node.tokens === undefined) {
      const { index }: Branch<L> = node;
      const token = index === 1 ? a : index === 2 ? b : index === 3 ? c : count;
      passed |= 1 << index;
      node = node.get(token);
    }
    if (node === undefined) return undefined;
    const { tokens } = node;
    // A list of as many tokens begins with another one if it is packed.
    if (tokens.length !== count + 1 || tokens[0] !== count) return undefined;
    if ((passed & 2) === 0 && !isSame(tokens[1], a)) return undefined;
    if ((passed & 4) === 0 && !isSame(tokens[2], b)) return undefined;
    return count === 2 || (passed & 8) !== 0 || isSame(tokens[3], c) ? node : undefined;
  }

  /** Adds a leaf, unless one has the same tokens already: then returns that one. */
  add(leaf: L): L | undefined {
    const { tokens } = leaf;
    let parent: Branch<L> | undefined;
    let node = this.#root;
    let top = 0;
    while (node !== undefined) {
      const index = indexOfDifference(node, tokens, top);
      if (node.tokens !== undefined && index === node.tokens.length) return node;
      if (node.tokens !== undefined || index < node.index) {
        this.#place(forked(node, leaf, index, top), parent, tokens);
        return undefined;
      }
      parent = node;
      node = node.get(tokens[index]);
      top = index + 1;
    }
    this.#place(leaf, parent, tokens);
    return undefined;
  }

  /** Takes out a leaf of this tree. */
  remove(leaf: L): void {
    const { parent, tokens } = leaf;
    if (parent === undefined) {
      this.#root = undefined;
      return;
    }
    parent.delete(tokens[parent.index]);
    leaf.parent = undefined;
    if (parent.size === 1) this.#place(onlyChild(parent), parent.parent, tokens);
  }

  clear(): void {
    this.#root = undefined;
  }

  /** Every leaf, in no order. O(n). */
  *leaves(): Generator<L, undefined, undefined> {
    const nodes = this.#root === undefined ? [] : [this.#root];
    for (let node = nodes.pop(); node !== undefined; node = nodes.pop()) {
      if (node.tokens !== undefined) yield node;
      else for (const child of node.values()) nodes.push(child);
    }
  }

  /** Puts a node under a branch, in place of the node that has the same tokens so far; or makes it the root. */
  #place(node: Node<L>, parent: Branch<L> | undefined, tokens: readonly unknown[]): void {
    node.parent = parent;
    if (parent === undefined) this.#root = node;
    else parent.set(tokens[parent.index], node);
  }
}

/** Whether a token list is the first `count` tokens of another. NaN is NaN, as in a Map; -0 is no token. */
export function sameTokens(tokens: readonly unknown[], list: readonly unknown[], count: number): boolean {
  if (tokens.length !== count) return false;
  for (let i = 0; i < count; i++) if (!isSame(tokens[i], list[i])) return false;
  return true;
}

type Node<L extends Leaf> = Branch<L> | L;

/**
 * A place where lists differ that were the same so far: a map from their tokens there to its children. It extends the map,
 * since a branch with a map apart was 40 bytes larger, and new calls with two arguments took 0 to 10 % longer.
 */
class Branch<L extends Leaf> extends ScrambledMap<unknown, Node<L>> {
  /** None, which tells it from a leaf with less work than asking for its class. */
  readonly tokens = undefined;
  /** The branch above, if there is one. */
  parent: Branch<L> | undefined;

  constructor(
    /** The place in the lists. */
    readonly index: number,
    /** The tokens between the branch above and this one, which are the same in all lists. */
    public edge: readonly unknown[],
  ) {
    super();
  }
}

/** The place of the first token in which a list differs from all in a node, at most where the node itself branches. */
function indexOfDifference(node: Node<Leaf>, tokens: readonly unknown[], top: number): number {
  if (node.tokens === undefined) {
    const { edge } = node;
    for (let i = 0; i < edge.length; i++) if (!isSame(edge[i], tokens[top + i])) return top + i;
    return node.index;
  }
  let index = top;
  while (index < node.tokens.length && isSame(node.tokens[index], tokens[index])) index++;
  return index;
}

/** A branch of a node and a leaf that differs from it at `index`. */
function forked<L extends Leaf>(node: Node<L>, leaf: L, index: number, top: number): Branch<L> {
  const branch = new Branch<L>(index, leaf.tokens.slice(top, index));
  if (node.tokens === undefined) {
    branch.set(node.edge[index - top], node);
    node.edge = node.edge.slice(index - top + 1);
  } else branch.set(node.tokens[index], node);
  branch.set(leaf.tokens[index], leaf);
  node.parent = leaf.parent = branch;
  return branch;
}

/** The one child that is left to a branch, to stand in its place. */
function onlyChild<L extends Leaf>(branch: Branch<L>): Node<L> {
  const { index, edge } = branch;
  const [child] = branch.values() as Iterable<Node<L>> as [Node<L>];
  if (child.tokens === undefined) child.edge = tokensBelow(child).slice(index - edge.length, child.index);
  return child;
}

/** The tokens of one of the leaves below a branch. */
function tokensBelow<L extends Leaf>(branch: Branch<L>): readonly unknown[] {
  let node: Node<L> = branch;
  while (node.tokens === undefined) [node] = node.values() as Iterable<Node<L>> as [Node<L>];
  return node.tokens;
}

/** As a Map compares: NaN is NaN. */
function isSame(a: unknown, b: unknown): boolean {
  return a === b || sameValue(a, b);
}
