/** The machine: what a run ran on, in a line. */
import { cpus } from 'node:os';

/** `version` is that of the node that measured: this one unless given. */
export function machine(version = process.versions.node) {
  const [{ model }] = cpus();
  return `Node ${version}, ${model.trim()}, ${cpus().length} cores, ${new Date().toISOString().slice(0, 10)}`;
}
