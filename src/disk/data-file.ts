import { statSync } from 'node:fs';

/** The open file of the tables, which has its name as long as the directory is neither removed nor replaced. */
export class DataFile {
  readonly path: string;
  readonly #inode: number;
  #checkedAt = -Infinity;
  #isLost = false;

  constructor(path: string) {
    this.path = path;
    this.#inode = statSync(path).ino;
  }

  /** Returns the bytes of the file. @throws if another file or none has its name. */
  check(): number {
    const stats = this.#isLost ? undefined : statSync(this.path, { throwIfNoEntry: false });
    this.#checkedAt = performance.now();
    if (stats?.ino === this.#inode) return stats.size;
    this.#isLost = true;
    throw new Error('the directory was removed or replaced');
  }

  /** A look at the file takes a third of the time of a lease, and one of the last millisecond is as good. */
  checkNowAndThen(): void {
    if (this.#isLost || performance.now() - this.#checkedAt > 1) this.check();
  }
}
