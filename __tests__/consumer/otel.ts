import { metrics, trace } from '@opentelemetry/api';
import { type InstrumentOptions, instrumentCaches, type TelemetryNames, telemetryNames } from 'memokit/otel';

/** What traces and measures caches, as a user of the published types writes it. */

const options: InstrumentOptions = {
  tracerProvider: trace.getTracerProvider(),
  meterProvider: metrics.getMeterProvider(),
  names: { requestCount: 'app.cache.request.count' },
  spans: true,
  keys: false,
};

export const stop: () => void = instrumentCaches(options);
export const stopAgain: () => void = instrumentCaches();
export const names: TelemetryNames = { ...telemetryNames, cacheName: 'name' };
export const metric: string = telemetryNames.loadDuration;
