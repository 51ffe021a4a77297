import { basename } from 'node:path';
import TestRunner from 'jest-runner';
import { FOLDERS } from './folders.mjs';

const order = FOLDERS[process.env.MUTATION_FOLDER];
const placeOf = ({ path }) => order.indexOf(basename(path, '.test.ts'));

/** The file that killed the mutant before: a neighbour is often noticed by the same tests. */
let killer;

/** Jest's runner, in one process, for a run that is over at the first failure: Stryker asks jest for no such thing. */
export default class extends TestRunner {
  async runTests(tests, watcher, options) {
    const ordered = [...tests].sort((a, b) => (b.path === killer) - (a.path === killer) || placeOf(a) - placeOf(b));
    let failed;
    this.on('test-file-failure', ([{ path }]) => (failed = path));
    this.on('test-file-success', ([{ path }, { numFailingTests }]) => numFailingTests > 0 && (failed = path));
    for (const test of ordered) {
      if (failed === undefined) await super.runTests([test], watcher, { ...options, serial: true });
    }
    killer = failed ?? killer;
  }
}
