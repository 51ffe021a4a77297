import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

/** A span, as much of it as the example shows. */
export interface Span {
  readonly traceId: string;
  readonly id: string;
  readonly parentId: string | undefined;
  readonly name: string;
  /** The name of the service and the id of its instance, which has made the span. */
  readonly service: string;
  readonly instance: string;
  /** Milliseconds since 1970. */
  readonly start: number;
  /** Milliseconds. */
  readonly duration: number;
  readonly attributes: Readonly<Record<string, unknown>>;
  /** The ids of the spans that it is linked to. */
  readonly links: readonly string[];
  readonly hasFailed: boolean;
  /** The names of its events. */
  readonly events: readonly string[];
}

/** A span with the spans that it is the parent of, in the order in which they began. */
export interface SpanTree extends Span {
  readonly children: readonly SpanTree[];
}

/** A collector of OpenTelemetry in this process: it takes spans by OTLP over HTTP, as JSON, and keeps them all. */
export class Collector {
  readonly spans: Span[] = [];
  readonly #server: Server;

  /** Starts one on a free port of this machine. */
  static async start(): Promise<Collector> {
    const collector = new Collector();
    await once(collector.#server.listen(0, '127.0.0.1'), 'listening');
    return collector;
  }

  private constructor() {
    this.#server = createServer(async (request, response) => {
      response.setHeader('content-type', 'application/json');
      try {
        response.statusCode = await this.#take(request);
      } catch {
        response.statusCode = 400;
      }
      response.end('{}');
    });
  }

  /** What OTEL_EXPORTER_OTLP_ENDPOINT is set to. */
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** The trees of one trace, or of all. A span whose parent is another program's is the root of a tree. */
  trees(traceId?: string): SpanTree[] {
    const spans = this.spans.filter((span) => traceId === undefined || span.traceId === traceId);
    const ids = new Set(spans.map(({ id }) => id));
    const byStart = (one: Span, other: Span) => one.start - other.start;
    const treeOf = (span: Span): SpanTree => ({
      ...span,
      children: spans
        .filter(({ parentId }) => parentId === span.id)
        .sort(byStart)
        .map(treeOf),
    });
    return spans
      .filter(({ parentId }) => parentId === undefined || !ids.has(parentId))
      .sort(byStart)
      .map(treeOf);
  }

  async end(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  /** Keeps the spans of one request. Returns the status of its answer. */
  async #take(request: IncomingMessage): Promise<number> {
    if (request.url !== '/v1/traces' || request.method !== 'POST') return 404;
    if (!request.headers['content-type']?.startsWith('application/json')) return 415;
    const { resourceSpans = [] } = (await json(request)) as OtlpTraces;
    for (const { resource, scopeSpans = [] } of resourceSpans) {
      const of = valuesOf(resource?.attributes);
      const origin = { service: `${of['service.name']}`, instance: `${of['service.instance.id']}` };
      for (const { spans = [] } of scopeSpans)
        this.spans.push(...spans.map((span) => ({ ...spanOf(span), ...origin })));
    }
    return 200;
  }
}

/** A request of OTLP over HTTP, as JSON. */
interface OtlpTraces {
  readonly resourceSpans?: readonly {
    readonly resource?: { readonly attributes?: readonly OtlpAttribute[] };
    readonly scopeSpans?: readonly { readonly spans?: readonly OtlpSpan[] }[];
  }[];
}

interface OtlpSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes?: readonly OtlpAttribute[];
  readonly links?: readonly { readonly spanId: string }[];
  readonly events?: readonly { readonly name: string }[];
  readonly status?: { readonly code?: number };
}

interface OtlpAttribute {
  readonly key: string;
  readonly value: OtlpValue;
}

interface OtlpValue {
  readonly arrayValue?: { readonly values: readonly OtlpValue[] };
  readonly [type: string]: unknown;
}

function spanOf(span: OtlpSpan): Omit<Span, 'service' | 'instance'> {
  const [start, end] = [BigInt(span.startTimeUnixNano), BigInt(span.endTimeUnixNano)];
  return {
    traceId: span.traceId,
    id: span.spanId,
    parentId: span.parentSpanId || undefined,
    name: span.name,
    start: Number(start) / 1e6,
    duration: Number(end - start) / 1e6,
    attributes: valuesOf(span.attributes),
    links: (span.links ?? []).map(({ spanId }) => spanId),
    events: (span.events ?? []).map(({ name }) => name),
    hasFailed: span.status?.code === 2,
  };
}

function valuesOf(attributes: readonly OtlpAttribute[] = []): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, plainOf(value)]));
}

/** A value has one property, whose name is its type. */
function plainOf({ arrayValue, ...scalar }: OtlpValue): unknown {
  return arrayValue ? arrayValue.values.map(plainOf) : Object.values(scalar)[0];
}
