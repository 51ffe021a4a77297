/** The cell of imports: what a class with one decorated method costs when its module is evaluated. */

import { memoizeDecorator } from 'memoize';
import typescriptMemoize from 'typescript-memoize';
import { decorateLegacy, decorateStandard } from '../contenders/decorate.mjs';
import { loopOf } from '../loop.mjs';
import { race } from '../race.mjs';

const LIMIT = 'undecorated';

export function importCells(builds) {
  const entrants = [
    { name: LIMIT, decorate() {} },
    ...builds.flatMap(({ name, memokit }) => [
      { name: `${name} (standard)`, decorate: (Service) => decorateStandard(Service, 'get', memokit.cached()) },
      { name: `${name} (legacy)`, decorate: (Service) => decorateLegacy(Service, 'get', memokit.cached()) },
    ]),
    {
      name: 'typescript-memoize',
      decorate: (Service) => decorateLegacy(Service, 'get', typescriptMemoize.Memoize()),
    },
    { name: 'memoize', decorate: (Service) => decorateStandard(Service, 'get', memoizeDecorator()) },
  ];
  const names = entrants.map(({ name }) => name);
  return [
    {
      family: 'import',
      name: 'a class with one decorated method',
      limit: LIMIT,
      names,
      groups: [names],
      measure: (_group, rounds) => race(entrants.map(runnerOf), rounds),
    },
  ];
}

function runnerOf({ name, decorate }) {
  const loop = loopOf(
    `class Service { constructor(id) { this.id = id; } get(key) { return this.id + key; } }
     subject(Service);
     sum += Service.prototype.get.length;`,
  );
  const order = [0];
  return {
    name,
    turn: (count) => loop(decorate, order, 0, count),
    // Some lose the length of a method.
    check: () => true,
  };
}
