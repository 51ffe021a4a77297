/** The installation: what has to be there before a command of this folder can run, and in which versions it is. */
import { existsSync, readFileSync } from 'node:fs';

/** Ends the command unless a path, seen from the root of the repository, exists. */
export function requirePath(path, message) {
  if (!existsSync(new URL(`../${path}`, import.meta.url))) misuse(message);
}

/** Ends the command: it cannot do what it was asked to. */
export function misuse(message) {
  console.error(message);
  process.exit(2);
}

export function versionOf(name) {
  const folder = name === 'memokit' ? '..' : `node_modules/${name}`;
  return JSON.parse(readFileSync(new URL(`${folder}/package.json`, import.meta.url), 'utf8')).version;
}
