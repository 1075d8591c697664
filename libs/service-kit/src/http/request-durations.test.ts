import { anyone, data, defineRoute, metricCatalogue } from '@valuecanvas/contracts-core';
import Type from 'typebox';
import { expect, test } from 'vitest';
import { type ServiceInTest, serve, startInTest, words } from '../test-support/service-in-test.ts';

const reply = data(Type.String({ description: 'A text.' }));
const route = defineRoute({
  ...words,
  id: 'test.item',
  method: 'GET',
  path: '/test/items/:id',
  auth: anyone,
  params: Type.Object({ id: Type.Integer({ description: 'Which.' }) }),
  reply,
});

const start = () => startInTest({ routes: [serve(route, () => 'item')] });

async function series(service: ServiceInTest): Promise<string[]> {
  const response = await fetch(`${service.internalUrl}/metrics`);
  return (await response.text()).split('\n').filter((line) => line.startsWith('http_server_request'));
}

test('requests are counted by operation, status and service', async () => {
  const service = await start();
  for (const path of ['/test/items/1', '/test/items/2', '/test/items/none']) await service.request(path);
  const lines = await series(service);
  const count = (status: number) =>
    `http_server_request_duration_seconds_count{operation="test.item",status="${status}",service="canvas"}`;
  expect(lines).toContain(`${count(200)} 2`);
  expect(lines).toContain(`${count(400)} 1`);
});

test('all unknown paths share one series', async () => {
  const service = await start();
  for (let index = 0; index < 20; index += 1) await service.request(`/test/probe-${index}?q=${index}`);
  const counts = (await series(service)).filter((line) => line.includes('_count'));
  expect(counts).toEqual([
    'http_server_request_duration_seconds_count{operation="unmatched",status="404",service="canvas"} 20',
  ]);
});

test('buckets are cumulative, the last one counts all requests, and the sum agrees', async () => {
  const service = await start();
  for (let index = 0; index < 5; index += 1) await service.request('/test/items/1');
  const lines = await series(service);
  const numbers = lines
    .filter((line) => line.includes('_bucket'))
    .map((line) => Number(line.split(' ').at(-1)));
  expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
  expect(numbers.at(-1)).toBe(5);
  expect(lines.some((line) => line.includes('le="+Inf"') && line.endsWith(' 5'))).toBe(true);
  const sum = Number(
    lines
      .find((line) => line.includes('_sum'))
      ?.split(' ')
      .at(-1),
  );
  expect(sum).toBeGreaterThan(0);
  expect(sum).toBeLessThan(20);
});

test('a service exposes its own metrics and those of its process', async () => {
  const service = await startInTest({
    routes: [serve(route, () => 'item')],
    compose({ metrics }) {
      const { queueAttempts, queueJobs, queueWait, redisUp, journalDead } = metricCatalogue;
      metrics.counter(queueAttempts).inc({ job: 'a', outcome: 'completed' }, 3);
      metrics.gauge(queueJobs).set({ job: 'a', state: 'waiting' }, 7);
      metrics.histogram(queueWait).observe({ job: 'a' }, 0.5);
      metrics.observe(redisUp, () => [{ labels: { server: 'one' }, value: 1 }]);
      metrics.observe(redisUp, async () => [{ labels: { server: 'two' }, value: 0 }]);
      metrics.observe(journalDead, () => Promise.reject(new Error('unavailable')));
      return {};
    },
  });
  const response = await fetch(`${service.internalUrl}/metrics`);
  const text = await response.text();
  expect(response.headers.get('content-type')).toMatch(/^text\/plain/);
  expect(text).toContain('queue_attempts_total{job="a",outcome="completed",service="canvas"} 3');
  expect(text).toContain('queue_jobs{job="a",state="waiting",service="canvas"} 7');
  expect(text).toContain('queue_wait_seconds_bucket{le="1",service="canvas",job="a"} 1');
  expect(text).toContain('redis_up{server="one",service="canvas"} 1');
  expect(text).toContain('redis_up{server="two",service="canvas"} 0');
  expect(text).not.toContain('journal_dead_facts{');
  expect(text).toMatch(/build_info\{version="[^"]+",service="canvas"\} 1/);
  expect(text).toMatch(/process_cpu_seconds_total/);
});

test('two services in one process do not mix their metrics', async () => {
  const [first, second] = await Promise.all([start(), start()]);
  await first.request('/test/items/1');
  expect(await series(second)).not.toContainEqual(expect.stringContaining('test.item'));
});
