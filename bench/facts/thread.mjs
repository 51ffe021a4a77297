/** A thread: tries the cases on one peer, from a given one on, and posts a finding for each. */
import { parentPort, workerData } from 'node:worker_threads';
import { peersOf } from './questions.mjs';

// A promise that a peer keeps to itself and lets fail is no crash.
process.on('unhandledRejection', () => {});

const peers = await peersOf(workerData.topic);
const peer = peers.find(({ name }) => name === workerData.peer);

for (const entry of peer.cases.slice(workerData.from)) {
  parentPort.postMessage(peer.reads?.[entry.title] ?? (await findingOf(entry)));
}

async function findingOf(entry) {
  const lacking = entry.needs?.find((need) => need in peer.lacks);
  return lacking === undefined ? tried(entry) : { mark: 'absent', note: peer.lacks[lacking] };
}

async function tried(entry) {
  try {
    const outcome = await entry.run(peer);
    if (outcome === true) return { mark: 'right' };
    return outcome === false ? { mark: 'wrong' } : { mark: 'wrong', note: outcome };
  } catch (error) {
    const [firstLine] = String(error).split('\n');
    return { mark: 'wrong', note: `throws ${firstLine}` };
  }
}
