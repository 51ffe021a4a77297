/**
 * A program that asks the task service for a task within a trace of its own, and sends its span to the collector. Arguments:
 * the URL of the task, and that of the collector. Prints the id of the trace.
 */
import { context, propagation, SpanKind } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { NodeTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node';

const [task, collector] = process.argv.slice(2) as [string, string];
const provider = new NodeTracerProvider({
  resource: resourceFromAttributes({ 'service.name': 'client' }),
  spanProcessors: [new SimpleSpanProcessor(new OTLPTraceExporter({ url: `${collector}/v1/traces` }))],
});
provider.register();

await provider.getTracer('client').startActiveSpan('ask', { kind: SpanKind.CLIENT }, async (span) => {
  const headers: Record<string, string> = {};
  propagation.inject(context.active(), headers);
  await (await fetch(task, { headers })).text();
  span.end();
  console.log(span.spanContext().traceId);
});
await provider.shutdown();
