/** A database of rows, each with a version: it knows how often each was loaded. */
import { pause } from './server.mjs';

export class Database {
  #versions = new Map();
  #loads = new Map();
  /** The milliseconds that a load takes. What it gives is read when it begins. */
  delay = 20;

  set(id, version) {
    this.#versions.set(id, version);
  }

  async load(id) {
    this.#loads.set(id, this.loads(id) + 1);
    const row = { id, version: this.#versions.get(id) ?? 1 };
    await pause(this.delay);
    return row;
  }

  loads(id) {
    return this.#loads.get(id) ?? 0;
  }
}
