/**
 * A memoizer of members: `decorate(Service, name)` memoizes a method of one argument, or a getter, for each instance.
 * `lacksGetters` says that it takes methods only.
 */

import { memoizeDecorator } from 'memoize';
import memoizeMethods from 'memoizee/methods.js';
import typescriptMemoize from 'typescript-memoize';
import { decorateLegacy, decorateStandard } from './decorate.mjs';

/** Those of all libraries, ours first. */
export function membersOf(builds) {
  return [
    ...builds.map(({ name, memokit }) => ({
      name,
      isOurs: true,
      decorate: (Service, member) => decorateStandard(Service, member, memokit.cached()),
    })),
    {
      name: 'typescript-memoize',
      decorate: (Service, member) => decorateLegacy(Service, member, typescriptMemoize.Memoize()),
    },
    {
      name: 'memoize',
      decorate: (Service, member) => decorateStandard(Service, member, memoizeDecorator()),
    },
    {
      name: 'memoizee',
      lacksGetters: true,
      decorate({ prototype }, member) {
        const method = { ...Object.getOwnPropertyDescriptor(prototype, member), primitive: true };
        Object.defineProperties(prototype, memoizeMethods({ [member]: method }));
      },
    },
  ];
}
