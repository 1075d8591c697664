import { trace } from '@opentelemetry/api';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace';
import { eventually } from '@valuecanvas/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { queueInTest, testJob } from './test-support/queue-in-test.ts';

const exporter = new InMemorySpanExporter();
const sdk = new NodeSDK({
  spanProcessors: [new SimpleSpanProcessor({ exporter })],
  metricReaders: [],
  logRecordProcessors: [],
});
const traceId = '0af7651916cd43dd8448eb211c80319c';
const traceparent = `00-${traceId}-b7ad6b7169203331-01`;
const job = testJob();

beforeAll(() => sdk.start());
afterAll(() => sdk.shutdown());

test('a job continues the trace of the submitting request, even if the sweeper enqueued it much later', async () => {
  const queue = queueInTest();
  let seen: string | undefined;
  queue.worker(
    job,
    async () => {
      seen = trace.getActiveSpan()?.spanContext().traceId;
    },
    { tracing: true },
  );
  const producer = queue.producer({ tracing: true });
  await producer.enqueue(job, { id: 'a', traceContext: { traceparent } });
  await eventually(() => expect(queue.ended).toHaveLength(1));
  expect(seen).toBe(traceId);
  await eventually(() => {
    const spans = exporter.getFinishedSpans().filter((span) => span.spanContext().traceId === traceId);
    expect(spans.map(({ name }) => name)).toContain('process jobs');
  });
});
