import { PlacementError } from '../errors.js';
import { Definition, type Fn, type Label, tagOf } from './definition.js';
import { Gatherer } from './gatherer.js';
import type { ResolvedOptions } from './options.js';
import { Receivers, type Sharing } from './receivers.js';
import { register } from './registry.js';
import { Wrapper } from './wrapper.js';

/** Puts a cache before a function: a wrapper with its name, length and own properties. */
export function wrap(method: Fn, options: ResolvedOptions, sharing: Sharing, label: Label, isMember: boolean): Fn {
  refuseGenerator(method, options.name ?? label(undefined));
  const { many } = options;
  const load = many === undefined ? method : new Gatherer(many, () => definition.name).make();
  const definition: Definition = new Definition(load, options, label, isMember);
  const receivers = new Receivers(definition, sharing);
  const wrapper = new Wrapper(receivers).make();
  const { prototype: _, ...own } = Object.getOwnPropertyDescriptors(method) as PropertyDescriptorMap;
  Object.defineProperties(wrapper, own);
  register(wrapper, receivers);
  return wrapper;
}

function refuseGenerator(method: Fn, name: string): void {
  if (tagOf(method).includes('Generator')) {
    throw new PlacementError(`${name} is a generator, which can be read only once: return an array instead`);
  }
}
