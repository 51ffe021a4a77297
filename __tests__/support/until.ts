/** Waits until something is so, for ten seconds. */
export async function until(isSo: () => boolean | Promise<boolean>, what = 'what was awaited'): Promise<void> {
  for (const end = Date.now() + 10_000; !(await isSo()); ) {
    if (Date.now() > end) throw new Error(`${what}: it did not come`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
