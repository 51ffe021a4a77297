import { type MeterProvider, metrics, type TracerProvider, trace } from '@opentelemetry/api';
import { observe } from '../observe/observe.js';
import { shared } from '../shared-registry.js';
import { ownOptions, requireOption } from '../validate.js';
import { LoadMetrics } from './load-metrics.js';
import { LoadSpans } from './load-spans.js';
import { namesWith, type TelemetryNames } from './names.js';

/** What `instrumentCaches` is given. */
export interface InstrumentOptions {
  /**
   * What makes the tracer.
   * @default the global provider, also one that is registered later
   */
  readonly tracerProvider?: TracerProvider | undefined;
  /**
   * What makes the meter.
   * @default the global provider that is registered by then
   */
  readonly meterProvider?: MeterProvider | undefined;
  /** Names to use in place of some of `telemetryNames`. */
  readonly names?: Partial<TelemetryNames> | undefined;
  /**
   * Whether loads have spans.
   * @default true
   */
  readonly spans?: boolean | undefined;
  /**
   * Whether spans have the keys of their calls. Keys hold what the arguments hold, such as the data of users. No metric has
   * them.
   * @default false
   */
  readonly keys?: boolean | undefined;
}

/**
 * Has all caches of this process make spans and metrics of OpenTelemetry, those of every copy of memokit. Returns a function
 * that ends it: nothing is recorded any more, and spans of loads in flight are ended. A process has one instrumentation: a
 * later call takes the place of an earlier one.
 *
 * @throws OptionError when an option does not fit.
 * @example const stop = instrumentCaches();
 */
export function instrumentCaches(options: InstrumentOptions = {}): () => void {
  const own = ownOptions(options, 'tracerProvider meterProvider names spans keys');
  const { tracerProvider = trace, meterProvider = metrics, spans = true, keys = false } = own;
  requireOption(typeof tracerProvider?.getTracer === 'function', 'tracerProvider', 'a tracer provider', tracerProvider);
  requireOption(typeof meterProvider?.getMeter === 'function', 'meterProvider', 'a meter provider', meterProvider);
  requireOption(typeof spans === 'boolean', 'spans', 'a boolean', spans);
  requireOption(typeof keys === 'boolean', 'keys', 'a boolean', keys);
  const names = namesWith(own.names);
  (shared.observer as Instrumented | undefined)?.[STOP]?.();
  const observers = [
    new LoadMetrics(meterProvider.getMeter('memokit'), names),
    ...(spans ? [new LoadSpans(tracerProvider.getTracer('memokit'), names, keys)] : []),
  ];
  const stops = observers.map(observe);
  const instrumented = shared.observer as Instrumented;
  let isStopped = false;
  const stop = () => {
    if (isStopped) return;
    isStopped = true;
    delete instrumented[STOP];
    for (const each of stops) each();
    for (const observer of observers) observer.stop();
  };
  instrumented[STOP] = stop;
  return stop;
}

/** The observers of the process, which all copies of memokit share, with the function that ends the instrumentation. */
interface Instrumented {
  [STOP]?: () => void;
}

const STOP: unique symbol = Symbol.for('memokit.otel.stop');
