/**
 * The questions of a table: its cases, and the peers on which they are tried. `calls` asks what a memoized function does
 * when it is called, `sources` what callers get when the source behind a cache is slow, fails or changes, `migrate` what
 * changes for a user who comes from a library to memokit: there, each peer has its own cases.
 */
const QUESTIONS = {
  calls: () => Promise.all([import('./cases.mjs'), import('./peers.mjs')]),
  sources: () => Promise.all([import('./sources/cases.mjs'), import('./sources/peers.mjs')]),
  migrate: () => Promise.all([{}, import('./migrate/peers.mjs')]),
};

export const TOPICS = Object.keys(QUESTIONS);

/** The `peers` of a topic, each with its `cases`. No other topic is loaded, as a library may know once what to count. */
export async function peersOf(topic) {
  const [{ cases }, { peers }] = await QUESTIONS[topic]();
  return peers.map((peer) => ({ cases, ...peer }));
}
