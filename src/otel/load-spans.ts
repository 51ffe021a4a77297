import {
  context,
  isSpanContextValid,
  type Span,
  SpanStatusCode,
  TraceFlags,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import type { LoadEvent } from '../observe/load-event.js';
import type { Observer } from '../observe/observe.js';
import { ignoreForeign } from '../platform.js';
import type { TelemetryNames } from './names.js';

/** The spans of loads: an observer that makes one span for each load, and none for a hit. */
export class LoadSpans implements Observer {
  readonly #tracer: Tracer;
  readonly #names: TelemetryNames;
  readonly #hasKeys: boolean;
  readonly #spans = new WeakMap<LoadEvent, Span>();
  /** The trace of the load of another process that a load has waited for last. */
  readonly #waited = new WeakMap<LoadEvent, string>();
  /** The spans that have not ended. */
  readonly #open = new Set<Span>();

  constructor(tracer: Tracer, names: TelemetryNames, hasKeys: boolean) {
    this.#tracer = tracer;
    this.#names = names;
    this.#hasKeys = hasKeys;
  }

  begins(event: LoadEvent, run: () => void): void {
    const { cacheName, origin, key } = this.#names;
    const caller = context.active();
    // No caller waits for a load in the background, which may outlive the request that has set it off.
    const isApart = event.origin === 'background';
    const attributes = {
      [cacheName]: event.name,
      [origin]: event.origin,
      ...(this.#hasKeys && { [key]: textOf(event.key) }),
    };
    const links = isApart ? linksTo(trace.getSpan(caller)) : [];
    const span = this.#tracer.startSpan(`memokit load ${event.name}`, { attributes, links, root: isApart }, caller);
    this.#spans.set(event, span);
    this.#open.add(span);
    const own = span.spanContext();
    if (isSpanContextValid(own))
      event.trace = `00-${own.traceId}-${own.spanId}-0${own.traceFlags & TraceFlags.SAMPLED}`;
    context.with(trace.setSpan(caller, span), run);
  }

  ended(event: LoadEvent): void {
    const span = this.#spans.get(event);
    if (span === undefined || !this.#open.delete(span)) return;
    const { outcome, source } = this.#names;
    span.setAttributes({ [outcome]: event.outcome, [source]: event.from });
    if (event.outcome === 'failed' || event.outcome === 'stale') fail(span, event.error);
    span.end();
  }

  /** Links the span of the caller to that of the load that it waits for. */
  coalesced(_name: string, load: LoadEvent | undefined): void {
    const caller = trace.getActiveSpan();
    if (load !== undefined && caller?.isRecording()) caller.addLinks(linksTo(this.#spans.get(load)));
  }

  /** Links the span of a load to that of the load of another process that it has waited for. */
  waited(event: LoadEvent, trace: string): void {
    const span = this.#spans.get(event);
    const [, traceId, spanId, flags] = /^00-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})$/.exec(trace) ?? [];
    if (!span?.isRecording() || traceId === undefined || this.#waited.get(event) === trace) return;
    // It may wait for one load several times, as it looks again now and then.
    this.#waited.set(event, trace);
    const to = { traceId, spanId: spanId!, traceFlags: Number.parseInt(flags!, 16), isRemote: true };
    if (isSpanContextValid(to)) span.addLink({ context: to });
  }

  /** Ends all spans that are open. */
  stop(): void {
    for (const span of this.#open) span.end();
    this.#open.clear();
  }
}

function linksTo(span: Span | undefined) {
  const to = span?.spanContext();
  return to !== undefined && isSpanContextValid(to) ? [{ context: to }] : [];
}

/** Marks a span as failed. An error may be any value, and its getters may throw. */
function fail(span: Span, error: unknown): void {
  try {
    const { message, name = typeof error } = Object(error);
    const isError = typeof message === 'string';
    const text = isError ? message : String(error);
    span.setStatus({ code: SpanStatusCode.ERROR, message: text });
    span.setAttribute('error.type', String(name));
    span.recordException(isError ? (error as Error) : text);
  } catch (thrown) {
    ignoreForeign(thrown);
    span.setStatus({ code: SpanStatusCode.ERROR });
  }
}

/** The text of a key, cut off where it is long. */
function textOf(key: unknown): string {
  return String(key).slice(0, MOST_CHARACTERS);
}

const MOST_CHARACTERS = 1024;
