/** A thread: tries the cases on one peer, from a given one on, and posts a finding for each. */
import { parentPort, workerData } from 'node:worker_threads';
import { cases } from './cases.mjs';
import { peers } from './peers.mjs';

// A promise that a peer keeps to itself and lets fail is no crash.
process.on('unhandledRejection', () => {});

const peer = peers.find(({ name }) => name === workerData.peer);

for (const { needs = [], run } of cases.slice(workerData.from)) {
  const lacking = needs.find((need) => need in peer.lacks);
  parentPort.postMessage(lacking === undefined ? await tried(run) : { mark: 'absent', note: peer.lacks[lacking] });
}

async function tried(run) {
  try {
    const outcome = await run(peer);
    if (outcome === true) return { mark: 'right' };
    return outcome === false ? { mark: 'wrong' } : { mark: 'wrong', note: outcome };
  } catch (error) {
    const [firstLine] = String(error).split('\n');
    return { mark: 'wrong', note: `throws ${firstLine}` };
  }
}
