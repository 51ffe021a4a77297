/**
 * The questions of a table: its cases, and the peers on which they are tried. `calls` asks what a memoized function does
 * when it is called, `sources` what callers get when the source behind a cache is slow, fails or changes.
 */
const QUESTIONS = {
  calls: () => Promise.all([import('./cases.mjs'), import('./peers.mjs')]),
  sources: () => Promise.all([import('./sources/cases.mjs'), import('./sources/peers.mjs')]),
};

/** The `cases` and `peers` of a topic. No other topic is loaded, since a library may know once what it is to count. */
export async function questionsOf(topic) {
  const [{ cases }, { peers }] = await QUESTIONS[topic]();
  return { cases, peers };
}
