import { Gatherer } from '../batch/batched-method.js';
import { copyAppearance } from '../definition/appearance.js';
import { Definition, type Fn, type Label, type Role } from '../definition/definition.js';
import { isGenerator } from '../definition/function.js';
import type { ResolvedOptions } from '../definition/resolved-options.js';
import { PlacementError } from '../errors.js';
import { Wrapper } from './call-paths.js';
import { Receivers, type Sharing } from './receivers.js';
import { register } from './registry.js';

/** Puts a cache before a function: a wrapper with its name, length and own properties. */
export function wrap(method: Fn, options: ResolvedOptions, sharing: Sharing, label: Label, role: Role): Fn {
  refuseGenerator(method, options.name ?? label(undefined));
  const { many } = options;
  const load = many === undefined ? method : new Gatherer(many, () => definition.name).gather;
  const definition: Definition = new Definition(load, options, label, role);
  const receivers = new Receivers(definition, sharing);
  const wrapper = new Wrapper(receivers).make();
  copyAppearance(method, wrapper);
  register(wrapper, receivers);
  return wrapper;
}

function refuseGenerator(method: Fn, name: string): void {
  if (isGenerator(method)) {
    throw new PlacementError(`${name} is a generator, which can be read only once: return an array instead`);
  }
}
