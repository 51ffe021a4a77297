/**
 * The recency list: a doubly-linked list of slots, even integers by which its owner finds what a slot
 * stands for. A slot's two links lie side by side in one array of integers: the older neighbour at
 * `slot`, the newer at `slot + 1`. Moving a slot thus writes no pointer that the garbage collector has
 * to see. Slot 0 is the sentinel that closes the list into a ring, hence never a slot of anybody's.
 * Every operation but `slots` takes O(1); the array doubles as slots are taken.
 */
export class RecencyList {
  #links = new Uint32Array(FIRST_LENGTH);
  /** Head of the chain of released slots, linked where taken ones have their older neighbour; 0 when there is none. */
  #vacant = 0;
  #lastTaken = 0;

  /** The least recent slot, or 0 when the list is empty. */
  get oldest(): number {
    return this.#links[1]!;
  }

  /** Takes a slot and makes it the most recent. */
  take(): number {
    let slot = this.#vacant;
    if (slot === 0) {
      slot = this.#lastTaken += 2;
      if (slot === this.#links.length) this.#grow();
    } else {
      this.#vacant = this.#links[slot]!;
    }
    this.#append(slot);
    return slot;
  }

  /** Makes a slot the most recent. */
  touch(slot: number): void {
    this.#unlink(slot);
    this.#append(slot);
  }

  /** Gives a slot back. */
  release(slot: number): void {
    this.#unlink(slot);
    this.#links[slot] = this.#vacant;
    this.#vacant = slot;
  }

  /** Every taken slot, least recent first, as the list is now. O(n). */
  slots(): number[] {
    const slots: number[] = [];
    for (let slot = this.oldest; slot !== 0; slot = this.#links[slot + 1]!) slots.push(slot);
    return slots;
  }

  #append(slot: number): void {
    const links = this.#links;
    const newest = links[0]!;
    links[newest + 1] = slot;
    links[slot] = newest;
    links[slot + 1] = 0;
    links[0] = slot;
  }

  #unlink(slot: number): void {
    const links = this.#links;
    const older = links[slot]!;
    const newer = links[slot + 1]!;
    links[older + 1] = newer;
    links[newer] = older;
  }

  #grow(): void {
    const links = new Uint32Array(this.#links.length * 2);
    links.set(this.#links);
    this.#links = links;
  }
}

const FIRST_LENGTH = 16;
