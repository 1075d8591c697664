import { type Attributes, SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { expect, test } from 'vitest';
import { allowSpanAttributes, createAllowListExporter } from './span-allow-list.ts';

const memory = new InMemorySpanExporter();
const tracer = new TracerProvider({
  spanProcessors: [new SimpleSpanProcessor({ exporter: createAllowListExporter(memory) })],
}).getTracer('test');

/** Returns the exported part of a span with these attributes. */
function exported(attributes: Attributes, kind = SpanKind.CLIENT): Attributes {
  memory.reset();
  tracer.startSpan('span', { kind, attributes }).end();
  return memory.getFinishedSpans()[0]?.attributes ?? expect.fail('nothing was exported');
}

test('attributes that are not on the list are dropped, including those of future instrumentations', () => {
  const known = { 'http.request.method': 'GET', 'server.address': 'redis' };
  expect(exported({ ...known, 'url.full': 'http://a?b', 'some.new.attribute': 'x' })).toEqual(known);
});

test.each([
  ['postgresql', 'select "id" from "canvases" where "id" = $1', true],
  ['postgresql', "select set_config('claims', '{}', true)", false],
  ['postgresql', 'select $tag$text$tag$', false],
  ['redis', 'get user:1', false],
])('the query text of %s is exported only without literals: %s', (system, text, kept) => {
  const attributes = { 'db.system.name': system, 'db.query.text': text };
  expect('db.query.text' in exported(attributes)).toBe(kept);
});

test('the address on the span of a served request is the Host header: it is dropped', () => {
  expect(exported({ 'server.address': 'x', 'server.port': 1 }, SpanKind.SERVER)).toEqual({});
});

test('only the type of an exception and the code of a status are exported', () => {
  memory.reset();
  const span = tracer.startSpan('span');
  span.recordException(new RangeError('sesame'));
  span.addEvent('llm_router.retry', { body: 'sesame' });
  span.setStatus({ code: SpanStatusCode.ERROR, message: 'sesame' });
  span.end();
  const [{ events, status } = expect.fail('nothing was exported')] = memory.getFinishedSpans();
  expect(events.map(({ name, attributes }) => [name, attributes])).toEqual([
    ['exception', { 'exception.type': 'RangeError' }],
    ['llm_router.retry', {}],
  ]);
  expect(status).toEqual({ code: SpanStatusCode.ERROR });
});

test('a service adds attribute names', () => {
  expect(exported({ 'test.own': 1 })).toEqual({});
  allowSpanAttributes(['test.own']);
  expect(exported({ 'test.own': 1 })).toEqual({ 'test.own': 1 });
});
