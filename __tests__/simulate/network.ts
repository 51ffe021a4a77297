import type { Random } from '../support/random.js';
import type { Reply, ServerModel } from './server-model.js';
import type { VirtualProcess } from './virtual-process.js';
import type { VirtualTime } from './virtual-time.js';

/** A connection for commands, or for the channel. */
export type LinkKind = 'data' | 'channel';

/** The network between one process and the server. */
export interface Route {
  readonly process: VirtualProcess;
  /** The kinds of connections whose packets are held back, in both directions. */
  readonly held: Set<LinkKind>;
  /** The usual milliseconds of one way. */
  latency: number;
  /** The share of messages of the channel that are lost. */
  loss: number;
  readonly links: Set<Link>;
  /** Called when something happens that a checker has to know. */
  readonly onEvent: (event: 'lost' | 'channel down' | 'channel up') => void;
}

/** The server as all processes reach it: a model of it, behind connections that deliver in order. */
export class SimulatedServer {
  readonly time: VirtualTime;
  readonly random: Random;
  model!: ServerModel;
  isUp = true;
  isFrozen = false;
  /** Called after each command. */
  onCommand: (process: VirtualProcess, args: readonly unknown[], reply: Reply) => void = () => {};
  readonly links = new Set<Link>();
  #received: (() => void)[] = [];

  constructor(time: VirtualTime, random: Random) {
    this.time = time;
    this.random = random;
  }

  /** Runs something that arrives at the server: now, or when it goes on. */
  receive(run: () => void): void {
    if (this.isFrozen) this.#received.push(run);
    else run();
  }

  thaw(): void {
    this.isFrozen = false;
    for (const run of this.#received.splice(0)) run();
  }

  /** Ends the server, and all connections with it. */
  kill(): void {
    this.isUp = false;
    this.isFrozen = false;
    this.#received = [];
    for (const link of [...this.links]) link.cut();
    this.model.clear(true);
  }

  /** Sends a message to all subscribers. Those that it reaches at one time are one task. */
  publish(message: string): void {
    const { now } = this.time;
    const delays = Array.from({ length: 8 }, () => this.random.next());
    const groups = new Map<number, Link[]>();
    for (const link of this.links) {
      if (!link.isSubscribed) continue;
      if (link.route.loss > 0 && this.random.next() < link.route.loss) {
        link.route.onEvent('lost');
        continue;
      }
      const at = link.arrivalAt(now, this.random.pick(delays));
      const group = groups.get(at);
      if (group === undefined) groups.set(at, [link]);
      else group.push(link);
    }
    for (const [at, group] of groups) {
      this.time.after(at - now, () => {
        for (const link of group) link.told(message);
      });
    }
  }
}

/** One connection: packets arrive in order, or not at all once it is closed. */
export class Link {
  readonly client: SimulatedClient;
  readonly route: Route;
  isSubscribed = false;
  isOpen = true;
  #arrivals = { server: 0, client: 0 };
  #held: [to: 'server' | 'client', run: () => void][] = [];
  readonly #server: SimulatedServer;

  constructor(server: SimulatedServer, client: SimulatedClient) {
    this.#server = server;
    this.client = client;
    this.route = client.route;
    server.links.add(this);
    this.route.links.add(this);
  }

  toServer(run: () => void): void {
    this.#send('server', run);
  }

  toClient(run: () => void): void {
    this.#send('client', run);
  }

  /** The time at which a packet for the client arrives that is sent now. */
  arrivalAt(now: number, chance: number): number {
    const at = Math.max(this.#arrivals.client, now + delayOf(this.route.latency, chance));
    this.#arrivals.client = at;
    return at;
  }

  /** Delivers a message of the channel to the client. */
  told(message: string): void {
    this.#arrive('client', () => this.client.told(message));
  }

  /** Delivers what was held back. */
  release(): void {
    for (const [to, run] of this.#held.splice(0)) this.#arrive(to, run);
  }

  /** The connection breaks, and both ends notice. */
  cut(): void {
    if (!this.close()) return;
    this.route.process.receive(() => this.client.lost(this));
  }

  /** Closes it without a word to the client. */
  close(): boolean {
    if (!this.isOpen) return false;
    this.isOpen = false;
    this.#server.links.delete(this);
    this.route.links.delete(this);
    return true;
  }

  #send(to: 'server' | 'client', run: () => void): void {
    const { time, random } = this.#server;
    const at = Math.max(this.#arrivals[to], time.now + delayOf(this.route.latency, random.next()));
    this.#arrivals[to] = at;
    time.after(at - time.now, () => this.#arrive(to, run), to === 'server');
  }

  #arrive(to: 'server' | 'client', run: () => void): void {
    if (!this.isOpen) return;
    if (this.route.held.has(this.client.kind)) this.#held.push([to, run]);
    else if (to === 'server') this.#server.receive(() => this.isOpen && run());
    else this.route.process.receive(() => this.isOpen && run());
  }
}

/** The milliseconds of one way: mostly near the usual ones, at times several of them. */
function delayOf(latency: number, chance: number): number {
  return latency * (0.5 - Math.log(1 - chance * 0.9999));
}

interface Request {
  readonly args: readonly unknown[];
  readonly resolve: (reply: never) => void;
  readonly reject: (error: Error) => void;
}

/** What a client of ioredis waits before it connects again, at its nth attempt. `null` if it does not. */
type RetryStrategy = ((times: number) => number) | null;

/**
 * A client of the shape of ioredis: it connects again by itself, keeps what is asked meanwhile, and sends again what had no
 * answer. Without a `retryStrategy` it ends with its connection, and what it was asked fails.
 */
export class SimulatedClient {
  status = 'wait';
  readonly kind: LinkKind;
  readonly route: Route;
  readonly #server: SimulatedServer;
  readonly #listeners = new Map<string, ((...args: any[]) => void)[]>();
  readonly #retry: RetryStrategy;
  #link: Link | undefined;
  #queue: Request[] = [];
  #sent: Request[] = [];
  #attempts = 0;
  #generation = 0;
  #connecting: { resolve(): void; reject(error: Error): void } | undefined;

  constructor(
    server: SimulatedServer,
    route: Route,
    kind: LinkKind,
    retry: RetryStrategy = (times) => Math.min(times * 50, 2000),
  ) {
    this.#server = server;
    this.route = route;
    this.kind = kind;
    this.#retry = retry;
  }

  on(event: string, listener: (...args: any[]) => void): this {
    this.#listeners.set(event, [...(this.#listeners.get(event) ?? []), listener]);
    return this;
  }

  duplicate({ retryStrategy }: { retryStrategy: RetryStrategy }): SimulatedClient {
    return new SimulatedClient(this.#server, this.route, 'channel', retryStrategy);
  }

  callBuffer(...args: unknown[]): Promise<unknown> {
    return this.#ask(args);
  }

  ping(): Promise<unknown> {
    return this.#ask(['ping']);
  }

  subscribe(): Promise<unknown> {
    return this.#ask(['subscribe']);
  }

  /** Connects. The promise is rejected if this attempt fails, also where the client tries again. */
  connect(): Promise<void> {
    const generation = ++this.#generation;
    const isCurrent = () => this.#generation === generation;
    const { time, random } = this.#server;
    const { process, held } = this.route;
    this.status = 'connecting';
    time.after(2 * delayOf(this.route.latency, random.next()), () => {
      if (!process.isAlive || !isCurrent()) return;
      if (held.has(this.kind)) return this.#giveUpLater(isCurrent);
      if (!this.#server.isUp) return process.receive(() => isCurrent() && this.#lost());
      const link = new Link(this.#server, this);
      this.#link = link;
      process.receive(() => {
        if (!isCurrent() || !link.isOpen) return;
        this.status = 'connect';
        this.#emit('connect');
        // It asks whether the server is loading its data.
        link.toServer(() => link.toClient(() => this.#ready()));
      });
    });
    return new Promise((resolve, reject) => (this.#connecting = { resolve, reject }));
  }

  disconnect(): void {
    if (this.status === 'end') return;
    this.#generation++;
    this.#link?.close();
    this.#link = undefined;
    this.#closed();
    this.#end();
  }

  /** Told of a message on the channel. */
  told(message: string): void {
    this.#emit('message', CHANNEL, message);
  }

  /** Told that the connection is lost. */
  lost(link: Link): void {
    if (this.#link !== link) return;
    this.#link = undefined;
    this.#lost();
  }

  /** The packets that would open the connection are lost, which is noticed late. */
  #giveUpLater(isCurrent: () => boolean): void {
    this.route.process.after(1000, () => {
      if (isCurrent()) this.#lost();
    });
  }

  #ready(): void {
    this.#attempts = 0;
    this.status = 'ready';
    const again = [...this.#sent, ...this.#queue];
    this.#sent = [];
    this.#queue = [];
    for (const request of again) this.#send(request);
    this.#connecting?.resolve();
    this.#emit('ready');
  }

  #lost(): void {
    this.#closed();
    if (this.status !== 'close') return;
    if (this.#retry === null) {
      this.#end();
      return;
    }
    this.status = 'reconnecting';
    const generation = this.#generation;
    this.route.process.after(this.#retry(++this.#attempts), () => {
      if (this.#generation === generation) this.connect().catch(() => {});
    });
  }

  #closed(): void {
    this.status = 'close';
    if (this.kind === 'channel') this.route.onEvent('channel down');
    this.#connecting?.reject(new Error(CLOSED));
    this.#emit('close');
  }

  #end(): void {
    this.status = 'end';
    for (const { reject } of [...this.#sent, ...this.#queue]) reject(new Error(CLOSED));
    this.#sent = [];
    this.#queue = [];
    this.#emit('end');
  }

  #ask(args: readonly unknown[]): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.status === 'end') return reject(new Error(CLOSED));
      this.#send({ args, resolve, reject });
    });
  }

  #send(request: Request): void {
    const link = this.#link;
    if (this.status !== 'ready' || link === undefined) {
      this.#queue.push(request);
      return;
    }
    this.#sent.push(request);
    link.toServer(() => {
      let answer: () => void;
      try {
        const reply = this.#run(link, request.args);
        answer = () => request.resolve(reply as never);
      } catch (error) {
        // Anything else is a fault of the simulation.
        if (!(error as Error).message.startsWith('NOSCRIPT')) throw error;
        answer = () => request.reject(error as Error);
      }
      link.toClient(() => {
        this.#sent.splice(this.#sent.indexOf(request), 1);
        if (request.args[0] === 'subscribe') this.route.onEvent('channel up');
        answer();
      });
    });
  }

  #run(link: Link, args: readonly unknown[]): Reply | undefined {
    if (args[0] === 'subscribe') link.isSubscribed = true;
    if (args[0] === 'subscribe' || args[0] === 'ping') return undefined;
    const reply = this.#server.model.call(...(args as Parameters<ServerModel['call']>));
    this.#server.onCommand(this.route.process, args, reply);
    return reply;
  }

  #emit(event: string, ...args: unknown[]): void {
    for (const listener of this.#listeners.get(event) ?? []) listener(...args);
  }
}

const CLOSED = 'Connection is closed.';

export const CHANNEL = '{memokit}:v1.events';
