import { createRequire } from 'node:module';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { instrumentCaches } from 'memokit/otel';

/**
 * Sends spans to the collector of OTEL_EXPORTER_OTLP_ENDPOINT: Jaeger, or any other. `main.ts` imports this module before all
 * others, as the instrumentation changes `node:http` for what loads it later. Returns a function that sends what is left.
 */
export function startTelemetry(): () => Promise<void> {
  const { OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_SERVICE_NAME = 'tasks' } = process.env;
  if (!OTEL_EXPORTER_OTLP_ENDPOINT) return async () => {};
  const provider = new NodeTracerProvider({
    resource: resourceFromAttributes({ 'service.name': OTEL_SERVICE_NAME, 'service.instance.id': `${process.pid}` }),
    spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())],
  });
  provider.register();
  new HttpInstrumentation({
    ignoreIncomingRequestHook: ({ url }) => url === '/health' || url === '/metrics',
  }).setTracerProvider(provider);
  createRequire(import.meta.url)('node:http');
  const stop = instrumentCaches();
  return async () => {
    stop();
    await provider.shutdown();
  };
}
