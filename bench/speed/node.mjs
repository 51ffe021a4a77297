/** The node that runs the child processes: this one, or the one that `--node` names. */
import { execFileSync } from 'node:child_process';

/** Its version. Throws an error for a path that runs no node. */
export function versionOfNode(path) {
  let version;
  try {
    version = execFileSync(path, ['-p', 'process.versions.node'], { encoding: 'utf8', stdio: 'pipe' }).trim();
  } catch {}
  if (!/^\d+\.\d+\.\d+/.test(version)) throw new Error(`--node: expected a node binary, but got: ${path}`);
  return version;
}
