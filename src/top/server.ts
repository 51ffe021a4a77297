import { timingSafeEqual } from 'node:crypto';
import type { Socket } from 'node:net';
import {
  LONGEST_EXCHANGE,
  LONGEST_REQUEST,
  type Refusal,
  type RefusalCode,
  requestFor,
  type Snapshot,
  VERSION,
} from './protocol.js';

/** The server's end of a connection: reads one request, answers it and closes the connection. */
export function serve(socket: Socket, token: string | undefined, snapshot: () => Snapshot): void {
  let request = Buffer.alloc(0);
  let isAnswered = false;
  const answer = (given: Snapshot | Refusal): void => {
    if (isAnswered) return;
    isAnswered = true;
    socket.end(`${JSON.stringify(given)}\n`);
  };
  const timer = setTimeout(() => {
    answer(refusal('too-slow'));
    // A client that does not read its answer would otherwise keep the connection.
    socket.destroy();
  }, LONGEST_EXCHANGE);
  timer.unref();
  // An exposed program ends when it has nothing else to do.
  socket.unref();
  socket.on('close', () => clearTimeout(timer));
  socket.on('error', () => socket.destroy());
  socket.on('data', (bytes: Buffer) => {
    // What comes after the request is read and dropped, as an unread byte would make the platform drop the answer.
    if (isAnswered) return;
    request = Buffer.concat([request, bytes]);
    const end = request.indexOf('\n') + 1;
    if (end > LONGEST_REQUEST || (end === 0 && request.length >= LONGEST_REQUEST)) return answer(refusal('too-long'));
    if (end === 0) return;
    const refused = end < request.length ? 'unknown-request' : refusalOf(request, token);
    answer(refused === undefined ? snapshot() : refusal(refused));
  });
}

/** Returns why a request is refused; `undefined` if it is not. */
function refusalOf(request: Buffer, token: string | undefined): RefusalCode | undefined {
  const [, version, more] = /^memokit top (\d{1,9})( [0-9a-f]+)?\n$/.exec(request.toString('latin1')) ?? [];
  if (version === undefined) return 'unknown-request';
  if (version !== `${VERSION}`) return 'other-version';
  if (token === undefined) return more === undefined ? undefined : 'unknown-request';
  const expected = Buffer.from(requestFor(token));
  return request.length === expected.length && timingSafeEqual(request, expected) ? undefined : 'wrong-token';
}

function refusal(refused: RefusalCode): Refusal {
  return { version: VERSION, refused, message: MESSAGES[refused] };
}

const MESSAGES: Record<RefusalCode, string> = {
  'too-long': `expected a request of at most ${LONGEST_REQUEST} bytes`,
  'too-slow': `expected a request within ${LONGEST_EXCHANGE / 1000} seconds`,
  'unknown-request': `expected one line: memokit top ${VERSION}`,
  'other-version': `expected version ${VERSION} of the protocol of memokit top`,
  'wrong-token': "expected the token of the program's file",
};
