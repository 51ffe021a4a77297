import { floor, min } from '../platform.js';

/**
 * The recency list: a doubly-linked list of slots, whole numbers from 1 by which its owner finds what a
 * slot stands for. The two links of a slot lie side by side in one array of integers: its older neighbour
 * at `2 * slot`, its newer one after it. Moving a slot thus writes no pointer that the garbage collector
 * has to see. Slot 0 is the sentinel that closes the list into a ring, hence never a slot of anybody's.
 * Every operation but `slots` takes O(1); the array grows as slots are taken.
 */
export class RecencyList {
  #links = new Uint32Array(FIRST_LENGTH);
  /** Head of the chain of released slots, linked where taken ones have their older neighbour; 0 when there is none. */
  #vacant = 0;
  #lastTaken = 0;
  /** How many links the slots have that are expected. */
  readonly #enough: number;

  /** @param most How many slots will be taken at once, as far as is known; any number from 0. */
  constructor(most: number) {
    // One more is taken for an entry that cannot stay, and one is the sentinel.
    this.#enough = 2 * floor(most) + 4;
  }

  /** The least recent slot, or 0 when the list is empty. */
  get oldest(): number {
    return this.#links[1]!;
  }

  /** Takes a slot and makes it the most recent. */
  take(): number {
    let slot = this.#vacant;
    if (slot === 0) {
      slot = this.#lastTaken + 1;
      if (2 * slot === this.#links.length) this.#grow();
      this.#lastTaken = slot;
    } else {
      this.#vacant = this.#links[2 * slot]!;
    }
    // A ring of its own, out of which `touch` takes it.
    this.#links[2 * slot] = this.#links[2 * slot + 1] = slot;
    this.touch(slot);
    return slot;
  }

  /** Makes a slot the most recent. Calls nothing, as where the stack is full a call would leave the list in pieces. */
  touch(slot: number): void {
    const links = this.#links;
    const newest = links[0]!;
    if (newest === slot) return;
    const older = links[2 * slot]!;
    const newer = links[2 * slot + 1]!;
    links[2 * older + 1] = newer;
    links[2 * newer] = older;
    links[2 * newest + 1] = slot;
    links[2 * slot] = newest;
    links[2 * slot + 1] = 0;
    links[0] = slot;
  }

  /** Gives a slot back. Calls nothing either. */
  release(slot: number): void {
    const links = this.#links;
    const older = links[2 * slot]!;
    const newer = links[2 * slot + 1]!;
    links[2 * older + 1] = newer;
    links[2 * newer] = older;
    links[2 * slot] = this.#vacant;
    this.#vacant = slot;
  }

  /** The taken slots, least recent first, as the list is now; no more than `most` of them. O(n). */
  slots(most = Infinity): number[] {
    const slots: number[] = [];
    for (let slot = this.oldest; slot !== 0 && slots.length < most; slot = this.#links[2 * slot + 1]!) slots.push(slot);
    return slots;
  }

  /**
   * A long array doubles; a short one grows faster, as a typed array costs more to make than to fill. A length that is
   * enough for everything to come is preferred where it is no longer than that.
   */
  #grow(): void {
    const { length } = this.#links;
    const longer = length * (length < 1024 ? 8 : 2);
    const links = new Uint32Array(length < this.#enough ? min(longer, this.#enough) : longer);
    links.set(this.#links);
    this.#links = links;
  }
}

const FIRST_LENGTH = 16;
