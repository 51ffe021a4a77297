/**
 * A service that is traced. Arguments: the address of the collector, that of the service that it asks (or '-' for its own
 * database), and the directory of a store (or '-'). It prints its port, and what its store answers about leases. Its database
 * answers when the process gets a line. It ends when its input ends.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { context, propagation, SpanKind, trace } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { memoize } from 'memokit';
import { diskStore } from 'memokit/disk';
import { instrumentCaches } from 'memokit/otel';

const [name, collector, upstream, directory] = process.argv.slice(2) as [string, string, string, string];
const say = (...words: unknown[]) => process.stdout.write(`${words.join(' ')}\n`);
const lines = createInterface(process.stdin);

const provider = new NodeTracerProvider({
  resource: resourceFromAttributes({ 'service.name': name }),
  spanProcessors: [new SimpleSpanProcessor(new OTLPTraceExporter({ url: collector }))],
});
provider.register();
const tracer = trace.getTracer('service');
const stop = instrumentCaches();

const store = directory === '-' ? undefined : diskStore(directory);
if (store !== undefined) {
  const leaseSync = store.leaseSync.bind(store);
  store.leaseSync = (...args) => {
    const answer = leaseSync(...args);
    say('lease', answer.kind);
    return answer;
  };
}

/** What the upstream service says, or what the database has. */
const find = memoize(
  async (id: string) => {
    if (upstream !== '-') {
      const headers: Record<string, string> = {};
      propagation.inject(context.active(), headers);
      return (await fetch(`${upstream}/tasks/${id}`, { headers })).text();
    }
    return tracer.startActiveSpan('db', async (span) => {
      say('asks the database');
      await once(lines, 'line');
      span.end();
      return `task ${id}`;
    });
  },
  { name: 'find', ...(store && { store }) },
);

const server = createServer((request, response) => {
  const caller = propagation.extract(context.active(), request.headers);
  tracer.startActiveSpan(`GET ${request.url}`, { kind: SpanKind.SERVER }, caller, async (span) => {
    response.end(await find(request.url!.split('/').pop()!));
    span.end();
  });
});

server.listen(0, '127.0.0.1', () => say('port', (server.address() as AddressInfo).port));
lines.on('close', async () => {
  server.closeAllConnections();
  server.close();
  stop();
  await provider.shutdown();
  await store?.close();
});
