/** The builds of memokit that take part: the one measured and, beside it, one to compare with. */
import { resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const BUILT = fileURLToPath(new URL('../../dist/index.js', import.meta.url));

/** The names of their contenders. */
export const OURS = 'memokit';
export const BEFORE = 'memokit (before)';

/** Each with the `name` of its contender and the `path` of its entry point. */
export function buildsOf({ dist = BUILT, against }) {
  const builds = [{ name: OURS, path: resolve(dist) }];
  if (against !== undefined) builds.push({ name: BEFORE, path: resolve(against) });
  return builds;
}

/** The builds with their `memokit`, ready to be called. */
export async function loaded(builds) {
  return Promise.all(builds.map(async (build) => ({ ...build, memokit: await import(pathToFileURL(build.path)) })));
}
