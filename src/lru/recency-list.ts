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
  /** How many links `most` slots have. */
  readonly #enough: number;

  /** @param most How many slots will be taken at once, as far as is known; any number from 0. */
  constructor(most: number) {
    this.#enough = 2 * Math.floor(most) + 2;
  }

  /** The least recent slot, or 0 when the list is empty. */
  get oldest(): number {
    return this.#links[1]!;
  }

  /** Takes a slot and makes it the most recent. */
  take(): number {
    let slot = this.#vacant;
    if (slot === 0) {
      slot = ++this.#lastTaken;
      if (2 * slot === this.#links.length) this.#grow();
    } else {
      this.#vacant = this.#links[2 * slot]!;
    }
    this.#append(slot);
    return slot;
  }

  /** Makes a slot the most recent. */
  touch(slot: number): void {
    if (this.#links[0] === slot) return;
    this.#unlink(slot);
    this.#append(slot);
  }

  /** Gives a slot back. */
  release(slot: number): void {
    this.#unlink(slot);
    this.#links[2 * slot] = this.#vacant;
    this.#vacant = slot;
  }

  /** Every taken slot, least recent first, as the list is now. O(n). */
  slots(): number[] {
    const slots: number[] = [];
    for (let slot = this.oldest; slot !== 0; slot = this.#links[2 * slot + 1]!) slots.push(slot);
    return slots;
  }

  #append(slot: number): void {
    const links = this.#links;
    const newest = links[0]!;
    links[2 * newest + 1] = slot;
    links[2 * slot] = newest;
    links[2 * slot + 1] = 0;
    links[0] = slot;
  }

  #unlink(slot: number): void {
    const links = this.#links;
    const older = links[2 * slot]!;
    const newer = links[2 * slot + 1]!;
    links[2 * older + 1] = newer;
    links[2 * newer] = older;
  }

  /** A long list doubles; a short one grows faster, as an array is dearer to make than to fill. */
  #grow(): void {
    const { length } = this.#links;
    const longer = length * (length < 4096 ? 16 : 2);
    const isEnoughNear = length < this.#enough && this.#enough <= 2 * longer;
    const links = new Uint32Array(isEnoughNear ? this.#enough : longer);
    links.set(this.#links);
    this.#links = links;
  }
}

const FIRST_LENGTH = 16;
