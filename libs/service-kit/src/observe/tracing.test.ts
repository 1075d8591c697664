import { expect, test } from 'vitest';
import { startCaptureServer } from '../test-support/capture-server.ts';
import { runInTest } from '../test-support/process-in-test.ts';

const traceId = '0af7651916cd43dd8448eb211c80319c';
const latin1 = (hex: string) => Buffer.from(hex, 'hex').toString('latin1');

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
  expect(sent).toContain(latin1(traceId));
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
  expect(sent.includes(latin1(traceId))).toBe(continued);
});

test('log lines, reported errors and spans of a request share its trace and its id, and health checks have no trace', async () => {
  const [collector, sentry] = await Promise.all([startCaptureServer(), startCaptureServer()]);
  const process = runInTest({
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${collector.port}`,
    SENTRY_DSN: `http://key@127.0.0.1:${sentry.port}/1`,
    SERVICE_VERSION: '1.2.3+abc',
  });
  const { url, internalUrl } = await process.logged('started');
  const parent = (id: string) => ({ traceparent: `00-${id}-b7ad6b7169203331-01` });
  await fetch(`${url}/test/fail`, { headers: { ...parent(traceId), 'x-request-id': 'request-in-test' } });
  for (const message of ['request: unexpected error', 'request'])
    expect(await process.logged(message)).toMatchObject({ traceId, requestId: 'request-in-test' });
  const probed = '1bf7651916cd43dd8448eb211c80319d';
  for (const path of ['/health/ready', '/metrics'])
    await fetch(`${internalUrl}${path}`, { headers: parent(probed) });
  process.child.kill('SIGTERM');
  await process.ended;
  const spans = collector.bodies.join();
  for (const part of ['vc.request_id', 'request-in-test', 'service.version', '1.2.3+abc', latin1(traceId)])
    expect(spans).toContain(part);
  expect(spans).not.toContain(latin1(probed));
  const event = sentry.bodies.find((body) => body.includes('"type":"event"'));
  for (const part of [traceId, 'request-in-test', '1.2.3+abc']) expect(event).toContain(part);
});

test.each<[string, (endpoint: string) => Record<string, string>]>([
  ['a collector', () => ({})],
  [
    'a share of traces',
    (endpoint) => ({
      OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
      OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
      OTEL_TRACES_SAMPLER_ARG: '0',
    }),
  ],
])('without %s nothing is traced', async (_, environment) => {
  const { port } = await startCaptureServer();
  const process = runInTest(environment(`http://127.0.0.1:${port}`));
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
