/**
 * The findings of a peer: for each case a `mark` (`right`, `wrong` or `absent`) and, where there is
 * more to say, a `note`. They are found in a thread, which is given up when a case takes too long.
 */
import { Worker } from 'node:worker_threads';

/** Milliseconds that one case may take. */
const TIMEOUT = 20_000;

/** The findings of a peer on all its cases of a topic. */
export async function findingsOf(topic, peer) {
  const count = peer.cases.length;
  const findings = [];
  while (findings.length < count) {
    const note = await follow(topic, peer, count, findings);
    if (note !== undefined) findings.push({ mark: 'wrong', note });
  }
  return findings;
}

/** Collects findings until the thread is done, or fails at a case: then resolves to what happened. */
function follow(topic, peer, count, findings) {
  return new Promise((resolve) => {
    const thread = new Worker(new URL('thread.mjs', import.meta.url), {
      workerData: { topic, peer: peer.name, from: findings.length },
      // What a peer logs is no part of the table.
      stdout: true,
      stderr: true,
    });
    const timer = setTimeout(() => stop(`takes more than ${TIMEOUT / 1000} seconds`), TIMEOUT);
    const stop = (note) => {
      clearTimeout(timer);
      resolve(note);
      thread.terminate();
    };
    thread.on('message', (finding) => {
      timer.refresh();
      if (findings.push(finding) === count) stop();
    });
    thread.on('error', (error) => stop(`ends the process: ${error}`));
    thread.on('exit', () => stop('never returns'));
  });
}
