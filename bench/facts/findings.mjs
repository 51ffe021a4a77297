/**
 * The findings of a peer: for each case a `mark` (`right`, `wrong` or `absent`) and, where there is
 * more to say, a `note`. They are found in a thread, which is given up when a case takes too long.
 */
import { Worker } from 'node:worker_threads';
import { cases } from './cases.mjs';

/** Milliseconds that one case may take. */
const TIMEOUT = 20_000;

export async function findingsOf(peer) {
  const findings = [];
  while (findings.length < cases.length) {
    const note = await follow(peer, findings);
    if (note !== undefined) findings.push({ mark: 'wrong', note });
  }
  return findings;
}

/** Collects findings until the thread is done, or fails at a case: then resolves to what happened. */
function follow(peer, findings) {
  return new Promise((resolve) => {
    const thread = new Worker(new URL('thread.mjs', import.meta.url), {
      workerData: { peer: peer.name, from: findings.length },
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
      if (findings.push(finding) === cases.length) stop();
    });
    thread.on('error', (error) => stop(`ends the process: ${error}`));
    thread.on('exit', () => stop('never returns'));
  });
}
