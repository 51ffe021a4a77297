import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { compiledProgram } from './support/run.js';

/** Traces of real processes, which they send to a collector by OTLP over HTTP. */

jest.setTimeout(60_000);

/** A span, as OTLP has it. */
interface SentSpan {
  readonly service: string;
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly links?: readonly { readonly traceId: string; readonly spanId: string }[];
  readonly attributes: readonly { readonly key: string; readonly value: { readonly stringValue?: string } }[];
}

let collector: Server;
let spans: SentSpan[] = [];
let services: Service[] = [];
let directory: string;

/** Starts a collector, which takes the requests of an exporter. */
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'memokit-otel-'));
  collector = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    expect([request.method, request.url, request.headers['content-type']]).toEqual([
      'POST',
      '/v1/traces',
      'application/json',
    ]);
    for (const { resource, scopeSpans } of JSON.parse(`${Buffer.concat(chunks)}`).resourceSpans) {
      const service = resource.attributes.find(({ key }: { key: string }) => key === 'service.name').value.stringValue;
      for (const scope of scopeSpans) spans.push(...scope.spans.map((span: object) => ({ service, ...span })));
    }
    response.setHeader('content-type', 'application/json').end('{}');
  });
  collector.listen(0, '127.0.0.1');
  await once(collector, 'listening');
});

afterEach(async () => {
  for (const service of services) service.process.kill('SIGKILL');
  collector.closeAllConnections();
  collector.close();
  [spans, services] = [[], []];
  rmSync(directory, { recursive: true, force: true });
});

/** A process of programs/otel-service.ts. */
class Service {
  readonly process: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  url = '';

  private constructor(name: string, upstream: string, store: string) {
    const { port } = collector.address() as AddressInfo;
    const args = [name, `http://127.0.0.1:${port}/v1/traces`, upstream, store];
    this.process = spawn(process.execPath, [compiledProgram('__tests__/programs/otel-service.ts'), ...args], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#lines = createInterface(this.process.stdout!)[Symbol.asyncIterator]();
    services.push(this);
  }

  static async start(name: string, upstream = '-', store = '-'): Promise<Service> {
    const service = new Service(name, upstream, store);
    service.url = `http://127.0.0.1:${(await service.next('port')).split(' ')[1]}`;
    return service;
  }

  /** Waits for a line that begins with some words. */
  async next(words: string): Promise<string> {
    for (;;) {
      const { value, done } = await this.#lines.next();
      if (done) throw new Error(`the process has ended before it said ${words}`);
      if (value.startsWith(words)) return value;
    }
  }

  async get(id: number): Promise<string> {
    return (await fetch(`${this.url}/tasks/${id}`)).text();
  }

  answerFromDatabase(): void {
    this.process.stdin!.write('\n');
  }

  /** Ends the process, which sends the rest of its spans. */
  async end(): Promise<void> {
    const exit = once(this.process, 'exit');
    this.process.stdin!.end();
    expect(await exit).toEqual([0, null]);
  }
}

function spanOf(service: string, name: string): SentSpan {
  const found = spans.filter((span) => span.service === service && span.name === name);
  expect({ service, name, found: found.length }).toEqual({ service, name, found: 1 });
  return found[0]!;
}

test('a load in another process is in the trace of the request, from HTTP to the database', async () => {
  const back = await Service.start('back');
  const front = await Service.start('front', back.url);
  const answer = front.get(1);
  await back.next('asks the database');
  back.answerFromDatabase();
  expect([await answer, await front.get(1)]).toEqual(['task 1', 'task 1']);
  await front.end();
  await back.end();

  const hit = spans.filter(({ service, name }) => service === 'front' && name === 'GET /tasks/1')[1]!;
  spans = spans.filter((span) => span !== hit);
  const chain = [
    spanOf('front', 'GET /tasks/1'),
    spanOf('front', 'memokit load find'),
    spanOf('back', 'GET /tasks/1'),
    spanOf('back', 'memokit load find'),
    spanOf('back', 'db'),
  ];
  expect(chain.map(({ traceId }) => traceId)).toEqual(chain.map(() => chain[0]!.traceId));
  expect(chain.slice(1).map(({ parentSpanId }) => parentSpanId)).toEqual(
    chain.slice(0, -1).map(({ spanId }) => spanId),
  );
  // The hit is a request without a child.
  expect(hit.traceId).not.toBe(chain[0]!.traceId);
  expect(spans).toHaveLength(chain.length);
});

test('a load that waits for that of another process is linked to it', async () => {
  const [one, other] = await Promise.all([
    Service.start('one', '-', directory),
    Service.start('other', '-', directory),
  ]);
  const loaded = one.get(1);
  await one.next('asks the database');
  const waited = other.get(1);
  await other.next('lease held');
  one.answerFromDatabase();
  expect([await loaded, await waited]).toEqual(['task 1', 'task 1']);
  await one.end();
  await other.end();

  const [load, wait] = [spanOf('one', 'memokit load find'), spanOf('other', 'memokit load find')];
  expect(wait.traceId).not.toBe(load.traceId);
  expect(wait.links).toEqual([expect.objectContaining({ traceId: load.traceId, spanId: load.spanId })]);
  const textOf = (span: SentSpan, key: string) => span.attributes.find((each) => each.key === key)?.value.stringValue;
  expect([load, wait].map((span) => textOf(span, 'cache.load.source'))).toEqual(['method', 'store']);
});
