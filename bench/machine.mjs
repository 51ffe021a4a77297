/** The machine: what a run ran on, in a line. */
import { cpus } from 'node:os';

export function machine() {
  const [{ model }] = cpus();
  return `Node ${process.versions.node}, ${model.trim()}, ${cpus().length} cores, ${new Date().toISOString().slice(0, 10)}`;
}
