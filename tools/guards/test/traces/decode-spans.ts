import protobuf from 'protobufjs';

/** The part of OTLP's `ExportTraceServiceRequest` that the tests read (opentelemetry-proto 1.x). */
const schema = protobuf.parse(`
  syntax = "proto3";
  message Request { repeated ResourceSpans resource_spans = 1; }
  message ResourceSpans { Resource resource = 1; repeated ScopeSpans scope_spans = 2; }
  message Resource { repeated KeyValue attributes = 1; }
  message ScopeSpans { Scope scope = 1; repeated Span spans = 2; string schema_url = 3; }
  message Scope { string name = 1; }
  message Span {
    bytes trace_id = 1;
    bytes span_id = 2;
    bytes parent_span_id = 4;
    string name = 5;
    int32 kind = 6;
    repeated KeyValue attributes = 9;
  }
  message KeyValue { string key = 1; AnyValue value = 2; }
  message AnyValue {
    oneof value {
      string string_value = 1;
      bool bool_value = 2;
      int64 int_value = 3;
      double double_value = 4;
      ArrayValue array_value = 5;
    }
  }
  message ArrayValue { repeated AnyValue values = 1; }
`).root;

interface KeyValue {
  readonly key: string;
  readonly value?: Readonly<Record<string, unknown>>;
}

interface Request {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly KeyValue[] };
    readonly scopeSpans: readonly {
      readonly scope: { readonly name: string };
      readonly schemaUrl: string;
      readonly spans: readonly {
        readonly traceId: string;
        readonly spanId: string;
        readonly parentSpanId: string;
        readonly name: string;
        readonly kind: number;
        readonly attributes: readonly KeyValue[];
      }[];
    }[];
  }[];
}

/** A span as a collector sees it. IDs are hexadecimal. */
export interface ReceivedSpan {
  readonly service: unknown;
  readonly version: unknown;
  readonly scope: string;
  readonly schemaUrl: string;
  readonly traceId: string;
  readonly spanId: string;
  /** Empty for the first span of a trace. */
  readonly parentId: string;
  readonly name: string;
  readonly kind: 'internal' | 'server' | 'client' | 'producer' | 'consumer' | undefined;
  readonly attributes: Readonly<Record<string, unknown>>;
}

const kinds = [undefined, 'internal', 'server', 'client', 'producer', 'consumer'] as const;

/** Decodes the body of an OTLP export request, given as one character per byte. */
export function decodeSpans(body: string): ReceivedSpan[] {
  const type = schema.lookupType('Request');
  const decoded = type.decode(Buffer.from(body, 'latin1'));
  const request = type.toObject(decoded, { bytes: String, longs: Number, arrays: true }) as Request;
  return request.resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const described = valuesOf(resource.attributes);
    return scopeSpans.flatMap(({ scope, schemaUrl = '', spans }) =>
      spans.map((span) => ({
        service: described['service.name'],
        version: described['service.version'],
        scope: scope.name,
        schemaUrl,
        traceId: hexOf(span.traceId),
        spanId: hexOf(span.spanId),
        parentId: hexOf(span.parentSpanId),
        name: span.name,
        kind: kinds[span.kind],
        attributes: valuesOf(span.attributes),
      })),
    );
  });
}

function hexOf(base64 = ''): string {
  return Buffer.from(base64, 'base64').toString('hex');
}

function valuesOf(attributes: readonly KeyValue[]): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value = {} }) => [key, Object.values(value)[0]]));
}
