import { once } from 'node:events';
import { createServer, type Server } from 'node:net';

/**
 * Returns a port of this machine on which nothing listens. It is none that the system gives to connections: one of those could
 * have it while the server that the test has killed is to start on it again. A node of a cluster takes the port 10,000 above too.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 10_000 + Math.floor(Math.random() * 12_000);
    const server = createServer().listen(port, '127.0.0.1');
    if (!(await isListening(server))) continue;
    server.close();
    await once(server, 'close');
    return port;
  }
}

async function isListening(server: Server): Promise<boolean> {
  try {
    await once(server, 'listening');
    return true;
  } catch {
    return false;
  }
}
