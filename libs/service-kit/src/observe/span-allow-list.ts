import { type Attributes, type AttributeValue, SpanKind } from '@opentelemetry/api';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace';

type Allows = (value: AttributeValue, span: ReadableSpan) => boolean;

const always: Allows = () => true;

/** On a server's span this is the Host header, which the client controls. */
const onCalls: Allows = (_, { kind }) => kind === SpanKind.CLIENT;

/** Matches a status, a code or the name of a class. */
const isName: Allows = (value) => typeof value === 'string' && /^[\w$.:-]{1,64}$/.test(value);

/**
 * Matches SQL without literals, which is what Kysely writes, because parameters are sent separately. Redis has no such
 * form: the text of a command contains its arguments.
 */
const isParametrized: Allows = (text, { attributes }) =>
  attributes['db.system.name'] === 'postgresql' && typeof text === 'string' && !/'|\$(?!\d)/.test(text);

/**
 * Attributes that may leave the process, each with its condition. Instrumentations record far more (URLs with queries,
 * addresses, user agents, arguments of commands), and each of their releases may add some.
 */
const allowed = new Map<string, Allows>([
  ['vc.operation', always],
  ['vc.request_id', always],
  ['http.request.method', always],
  ['http.response.status_code', always],
  ['http.route', always],
  ['url.scheme', always],
  ['network.protocol.version', always],
  ['server.address', onCalls],
  ['server.port', onCalls],
  ['error.type', isName],
  ['exception.type', isName],
  ['db.system.name', always],
  ['db.namespace', always],
  ['db.operation.name', always],
  ['db.query.text', isParametrized],
  ['bullmq.queue.name', always],
  ['bullmq.queue.operation', always],
  ['bullmq.job.name', always],
  ['bullmq.job.id', always],
  ['bullmq.job.attempts.made', always],
]);

/** Allows attributes of a service's own spans. They must never hold content, credentials or addresses. */
export function allowSpanAttributes(names: readonly string[]): void {
  for (const name of names) allowed.set(name, always);
}

/** Exports spans with allowed attributes only, and without error messages. */
export function createAllowListExporter(exporter: SpanExporter): SpanExporter {
  return {
    export: (spans, done) => exporter.export(spans.map(allowedPart), done),
    forceFlush: async () => exporter.forceFlush?.(),
    shutdown: () => exporter.shutdown(),
  };
}

function allowedPart(span: ReadableSpan): ReadableSpan {
  const { status, attributes, events, links } = span;
  return {
    name: span.name,
    kind: span.kind,
    spanContext: () => span.spanContext(),
    ...(span.parentSpanContext ? { parentSpanContext: span.parentSpanContext } : {}),
    startTime: span.startTime,
    endTime: span.endTime,
    duration: span.duration,
    ended: span.ended,
    status: { code: status.code },
    attributes: allowedAttributes(attributes, span),
    events: events.map(({ name, time, attributes: own = {} }) => ({
      name,
      time,
      attributes: allowedAttributes(own, span),
    })),
    links: links.map(({ context }) => ({ context })),
    resource: span.resource,
    instrumentationScope: span.instrumentationScope,
    droppedAttributesCount: span.droppedAttributesCount,
    droppedEventsCount: span.droppedEventsCount,
    droppedLinksCount: span.droppedLinksCount,
  };
}

function allowedAttributes(attributes: Attributes, span: ReadableSpan): Attributes {
  const kept: Attributes = {};
  for (const name in attributes) {
    const value = attributes[name];
    if (value !== undefined && allowed.get(name)?.(value, span)) kept[name] = value;
  }
  return kept;
}
