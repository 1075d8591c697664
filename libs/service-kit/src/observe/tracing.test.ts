import { expect, test } from 'vitest';
import { startCaptureServer } from '../test-support/capture-server.ts';
import { runInTest } from '../test-support/process-in-test.ts';

const traceId = '0af7651916cd43dd8448eb211c80319c';

test("a request's span is named after its operation, continues the caller's trace and is sent before the process ends", async () => {
  const collector = await startCaptureServer();
  const process = runInTest({
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${collector.port}`,
    OTEL_SERVICE_NAME: 'canvas-in-test',
  });
  const { url } = await process.logged('started');
  const headers = { traceparent: `00-${traceId}-b7ad6b7169203331-01` };
  const answer = await fetch(`${url}/test/hello`, { headers });
  expect(await answer.json()).toMatchObject({ data: { traced: true } });
  process.child.kill('SIGTERM');
  expect((await process.ended).code).toBe(0);
  const sent = collector.bodies.join();
  expect(sent).toContain('test.hello');
  expect(sent).toContain('canvas-in-test');
  expect(sent).toContain(Buffer.from(traceId, 'hex').toString('latin1'));
});

test.each([
  ['an untrusted client is replaced by a new one', '', false],
  ['a trusted proxy is continued', 'loopback', true],
])('at the edge, the trace of %s', async (_, trusted, continued) => {
  const collector = await startCaptureServer();
  const process = runInTest({
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${collector.port}`,
    AT_EDGE: 'true',
    TRUST_PROXY: trusted,
  });
  const { url } = await process.logged('started');
  const headers = { traceparent: `00-${traceId}-b7ad6b7169203331-01`, tracestate: 'a=b', baggage: 'c=d' };
  await fetch(`${url}/test/hello`, { headers });
  process.child.kill('SIGTERM');
  await process.ended;
  const sent = collector.bodies.join();
  expect(sent).toContain('test.hello');
  expect(sent.includes(Buffer.from(traceId, 'hex').toString('latin1'))).toBe(continued);
});

test('without a collector nothing is traced', async () => {
  const process = runInTest();
  const { url } = await process.logged('started');
  const answer = await fetch(`${url}/test/hello`);
  expect(await answer.json()).toMatchObject({ data: { traced: false } });
});

test("without OTEL_SERVICE_NAME a trace carries the service's name, and a span the route, but no query, Host header or client", async () => {
  const collector = await startCaptureServer();
  const process = runInTest({ OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${collector.port}` });
  const { url, service } = await process.logged('started');
  await fetch(`${url}/test/hello?token=sesame`, {
    headers: { 'user-agent': 'sesame', 'x-forwarded-for': '192.0.2.7', 'x-forwarded-host': 'sesame' },
  });
  process.child.kill('SIGTERM');
  await process.ended;
  const sent = collector.bodies.join();
  expect(sent).toContain(`service.name\x12`);
  expect(sent).toContain(service);
  expect(sent).not.toContain('unknown_service');
  for (const part of ['http.route', '/test/hello', 'http.response.status_code']) expect(sent).toContain(part);
  for (const part of ['sesame', '192.0.2.7', 'client.address', 'network.peer', 'user_agent', 'url.path'])
    expect(sent).not.toContain(part);
});
