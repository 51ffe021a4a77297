import { bytesHeld, bytesOfTags, FILLINGS, type Filling, LARGE_KEYS } from './memory.js';
import { pollutedNames, pollutionOf } from './pollution.js';
import { SHAPES } from './shapes.js';
import { timeRatios } from './time.js';

/** Measures one thing, in a process of its own, and prints the result as JSON. `list` prints the names of all things. */
const [what, name, detail] = process.argv.slice(2);

const named = <T extends { readonly name: string }>(things: readonly T[]): T =>
  things.find((thing) => thing.name === name)!;

const PARTS: Record<string, () => unknown> = {
  list: () => ({
    time: SHAPES.map((shape) => shape.name),
    memory: LARGE_KEYS.map((keys) => keys.name),
    fillings: FILLINGS,
    pollution: pollutedNames(),
  }),
  time: () => timeRatios(named(SHAPES), Number(detail)),
  ours: () => bytesHeld(named(LARGE_KEYS), detail as Filling, true),
  plain: () => bytesHeld(named(LARGE_KEYS), detail as Filling, false),
  tags: () => bytesOfTags(),
  pollution: async () => [...(await pollutionOf(name!, 'before')), ...(await pollutionOf(name!, 'after'))],
};

console.log(JSON.stringify(await PARTS[what!]!()));
