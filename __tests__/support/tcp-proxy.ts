import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** A proxy in front of a server: it can lose what a channel carries, and hold back answers. */
export class TcpProxy {
  /** Loses each piece of data of the server that contains this text. */
  loses: string | undefined;
  /** Holds each answer to an operation back, but not what a channel carries: milliseconds. */
  delay = 0;
  /** Refuses connections. */
  #isCut = false;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  static async before(port: number): Promise<TcpProxy> {
    const proxy = new TcpProxy(port);
    await once(proxy.#server, 'listening');
    return proxy;
  }

  constructor(port: number) {
    this.#server = createServer((client) => {
      if (this.#isCut) return void client.destroy();
      const server = connect(port, '127.0.0.1');
      for (const socket of [client, server]) {
        this.#sockets.add(socket);
        socket.on('error', () => {});
      }
      client.on('close', () => server.destroy());
      server.on('close', () => client.destroy());
      client.on('data', (data) => void server.write(data));
      server.on('data', (data) => {
        const text = data.toString('latin1');
        if (this.loses !== undefined && text.includes(this.loses)) return;
        const isPushed = text.includes('$7\r\nmessage');
        if (this.delay === 0 || isPushed) client.write(data);
        else setTimeout(() => client.write(data), this.delay);
      });
    }).listen(0, '127.0.0.1');
  }

  get port(): number {
    return (this.#server.address() as { port: number }).port;
  }

  /** Ends all connections, with what they have not carried yet, and refuses new ones until it is mended. */
  cut(): void {
    this.#isCut = true;
    for (const socket of this.#sockets) socket.destroy();
    this.#sockets.clear();
  }

  mend(): void {
    this.#isCut = false;
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }
}
