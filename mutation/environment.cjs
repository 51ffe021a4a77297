const { TestEnvironment } = require('jest-environment-node');

/** Tests that take seconds, and that few mutants get past the others to. */
const SLOW = new Set(['deep, wide and long arguments overflow nothing']);

/** How often one test may pass a mutant. Stryker's own limit, and its timeout, take half a minute to end an endless loop. */
const MOST_PASSES = 5_000_000;

/** Node, but the tests of a file after the first that fails are skipped: one is enough to kill a mutant. */
module.exports = class extends TestEnvironment {
  #hasFailed = false;

  handleTestEvent({ name, test }) {
    if (name === 'test_start') {
      if (this.#hasFailed || SLOW.has(test.name)) test.mode = 'skip';
      else this.#limitPasses();
    }
    if (name === 'test_done' && test.errors.length > 0) this.#hasFailed = true;
  }

  #limitPasses() {
    const stryker = this.global.__stryker__;
    if (stryker?.hitLimit !== undefined) Object.assign(stryker, { hitLimit: MOST_PASSES, hitCount: 0 });
  }
};
