import type { BatchedDefinition } from '../definition/batched-definition.js';
import { Definition, type Role } from '../definition/definition.js';
import { copyAppearance, type Fn, isGenerator } from '../definition/function.js';
import type { Label } from '../definition/label.js';
import type { ResolvedOptions } from '../definition/resolved-options.js';
import type { Sharing } from '../definition/sharing.js';
import { SOURCE } from '../definition/source.js';
import { PlacementError } from '../errors.js';
import { callKeyOf } from '../key/call-key.js';
import { ReadThrough } from '../load/read-through.js';
import { CallPaths } from './call-paths.js';
import type { Features } from './features.js';
import { Receivers } from './receivers.js';
import { receiversOf, register } from './registry.js';

/** The properties of a wrapper, in addition to the method. */
export interface WrapOptions {
  readonly options: ResolvedOptions;
  readonly sharing: Sharing;
  readonly label: Label;
  readonly role: Role;
  readonly features: Features;
  readonly isStatic: boolean;
}

/**
 * Puts a cache in front of a function. Returns a wrapper with the function's name, length and own properties.
 *
 * @throws PlacementError when the function is a generator.
 */
export function wrap(method: Fn, { options, sharing, label, role, features, isStatic }: WrapOptions): Fn {
  refuseGenerator(method, options.name ?? label(undefined));
  const { many } = options;
  const batched: BatchedDefinition = {
    name: () => definition.name,
    options,
    keyOf: (receiver, args) => (options.key ? definition.keyOf(receiver, args) : callKeyOf(args)),
    methodOf: (fn) => receiversOf(fn)?.definition.method,
  };
  const load = many === undefined ? method : features.batching(many, batched);
  const definition: Definition = new Definition(load, options, label, role);
  definition.source = options.store?.[SOURCE](definition, sharing, isStatic);
  const loader = definition.isResilient ? features.resilience(definition) : new ReadThrough();
  const receivers = new Receivers(definition, loader, sharing);
  const wrapper = new CallPaths(receivers).forMethod();
  copyAppearance(method, wrapper);
  register(wrapper, receivers);
  return wrapper;
}

function refuseGenerator(method: Fn, name: string): void {
  if (isGenerator(method)) {
    throw new PlacementError(`${name} is a generator, which can be read only once: return an array instead`);
  }
}
