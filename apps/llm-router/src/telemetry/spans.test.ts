import { context, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import {
  AlwaysOffSampler,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
  StackContextManager,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { afterEach, expect, test } from 'vitest';
import type { CompletionBody } from '../protocol/completion.ts';
import type { Provider } from '../providers/provider.ts';
import { recordFailover, recordRetry, startModelSpan } from './spans.ts';

const provider = { id: 'together_ai', baseUrl: 'https://api.together.xyz/v1' } as Provider;

const body: CompletionBody = {
  model: 'big',
  messages: [{ role: 'user', content: 'sesame in the question' }],
  stream: true,
  max_tokens: 100,
  temperature: 0.5,
  seed: 7,
  n: 2,
  stop: ['sesame in the end'],
  response_format: { type: 'json_object' },
  tools: [{ type: 'function', function: { name: 'sesame_tool' } }],
  user: 'sesame',
};

afterEach(() => {
  trace.disable();
  context.disable();
});

/** Runs `work` in a request's span and returns all spans by name. */
function traced(
  work: () => void,
  settings: { readonly sampler?: AlwaysOffSampler } = {},
): Map<string, ReadableSpan> {
  const exporter = new InMemorySpanExporter();
  const tracers = new TracerProvider({
    ...settings,
    spanProcessors: [new SimpleSpanProcessor({ exporter })],
  });
  trace.setGlobalTracerProvider(tracers);
  context.setGlobalContextManager(new StackContextManager().enable());
  const request = tracers.getTracer('http').startSpan('llm.chat');
  context.with(trace.setSpan(context.active(), request), work);
  request.end();
  return new Map(exporter.getFinishedSpans().map((span) => [span.name, span]));
}

const tokens = {
  prompt: 100,
  completion: 20,
  cached: 64,
  cacheWrite: 3,
  reasoning: 5,
  promptSound: 0,
  completionSound: 0,
  estimated: false,
};

test('a provider call is a client span below the request’s, with settings, usage and cost', () => {
  const spans = traced(() => {
    const span = startModelSpan(provider, 'own-name', body);
    span.firstChunk(0.25);
    span.end({
      tokens,
      costNanos: 1_500_000n,
      finishReasons: ['stop', 'length'],
      responseId: 'chatcmpl-1',
      responseModel: 'own-name-2026',
    });
  });
  const span = spans.get('chat own-name');
  expect(span?.kind).toBe(SpanKind.CLIENT);
  expect(span?.parentSpanContext?.spanId).toBe(spans.get('llm.chat')?.spanContext().spanId);
  expect(span?.instrumentationScope.schemaUrl).toBe('https://opentelemetry.io/schemas/gen-ai/1.42.0');
  expect(span?.status.code).toBe(SpanStatusCode.UNSET);
  expect(span?.attributes).toEqual({
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': 'together_ai',
    'gen_ai.request.model': 'own-name',
    'gen_ai.request.stream': true,
    'gen_ai.request.max_tokens': 100,
    'gen_ai.request.temperature': 0.5,
    'gen_ai.request.seed': 7,
    'gen_ai.request.choice.count': 2,
    'gen_ai.output.type': 'json',
    'server.address': 'api.together.xyz',
    'server.port': 443,
    'gen_ai.response.time_to_first_chunk': 0.25,
    'gen_ai.response.id': 'chatcmpl-1',
    'gen_ai.response.model': 'own-name-2026',
    'gen_ai.response.finish_reasons': ['stop', 'length'],
    'gen_ai.usage.input_tokens': 100,
    'gen_ai.usage.output_tokens': 20,
    'gen_ai.usage.cache_read.input_tokens': 64,
    'gen_ai.usage.cache_creation.input_tokens': 3,
    'gen_ai.usage.reasoning.output_tokens': 5,
    'llm_router.usage.estimated': false,
    'llm_router.cost.dollars': 0.0015,
  });
});

test('a failed call has an error type and no usage', () => {
  const span = traced(() => startModelSpan(provider, 'big', body).end({ failure: 'provider_timeout' })).get(
    'chat big',
  );
  expect(span?.status.code).toBe(SpanStatusCode.ERROR);
  expect(span?.attributes['error.type']).toBe('provider_timeout');
  expect(Object.keys(span?.attributes ?? {}).filter((name) => name.includes('usage'))).toEqual([]);
});

test('no span contains content of prompt or answer', () => {
  const spans = traced(() => {
    const span = startModelSpan(provider, 'big', body);
    recordRetry('together_ai', 'provider_timeout');
    span.end({ tokens, costNanos: 1n, finishReasons: ['stop'] });
  });
  const told = [...spans.values()].map(({ name, attributes, events, status }) => ({
    name,
    attributes,
    events,
    status,
  }));
  expect(told).toHaveLength(2);
  expect(JSON.stringify(told)).not.toContain('sesame');
});

test('retry, failover and first chunk are events of the request', () => {
  const request = traced(() => {
    recordRetry('together_ai', 'provider_rate_limited');
    recordFailover('together_ai', 'provider_unavailable');
    startModelSpan(provider, 'big', body).firstChunk(1);
  }).get('llm.chat');
  expect(request?.events.map(({ name, attributes }) => [name, attributes])).toEqual([
    ['llm_router.retry', { 'gen_ai.provider.name': 'together_ai', 'error.type': 'provider_rate_limited' }],
    ['llm_router.failover', { 'gen_ai.provider.name': 'together_ai', 'error.type': 'provider_unavailable' }],
    ['llm_router.first_chunk', { 'gen_ai.provider.name': 'together_ai' }],
  ]);
});

test('spans created within a call are its children', () => {
  const spans = traced(() => {
    const span = startModelSpan(provider, 'big', body);
    const result = span.within(() => {
      trace.getTracer('undici').startSpan('POST').end();
      return 7;
    });
    expect(result).toBe(7);
    span.end({});
  });
  expect(spans.get('POST')?.parentSpanContext?.spanId).toBe(spans.get('chat big')?.spanContext().spanId);
});

test('without tracing all calls share one no-op span', () => {
  const span = startModelSpan(provider, 'big', body);
  expect(span.recording).toBe(false);
  expect(startModelSpan(provider, 'small', body)).toBe(span);
  expect(span.within(() => 7)).toBe(7);
  span.firstChunk(1);
  span.end({ tokens });
  recordRetry('a', 'provider_timeout');
  recordFailover('a', 'provider_timeout');
});

test('a request that is not sampled has no call spans', () => {
  const spans = traced(
    () => {
      expect(startModelSpan(provider, 'big', body).recording).toBe(false);
      recordRetry('a', 'provider_timeout');
    },
    { sampler: new AlwaysOffSampler() },
  );
  expect(spans.size).toBe(0);
});

test.each([
  ['http://127.0.0.1:11434/v1', '127.0.0.1', 11_434],
  ['http://models.internal/v1', 'models.internal', 80],
])('%s names its server', (baseUrl, address, port) => {
  const span = traced(() => startModelSpan({ ...provider, baseUrl }, 'big', body).end({})).get('chat big');
  expect(span?.attributes).toMatchObject({ 'server.address': address, 'server.port': port });
});
