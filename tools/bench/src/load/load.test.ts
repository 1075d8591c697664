import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { loadCalls } from './load-calls.ts';
import { loadStreams } from './load-streams.ts';
import { createNumbering, jsonRequest, numberPlace } from './requests.ts';
import { stampNow } from './stamps.ts';

const durationMs = 100;

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(async () => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const requests = [jsonRequest('/', {}, { place: numberPlace })];

test('every call is counted once, regardless of the length and connection header of its answer', async () => {
  let served = 0;
  const url = await serve((_request, response) => {
    served += 1;
    if (served % 3 === 0) response.setHeader('connection', 'close');
    if (served % 2 === 0) response.write('in chunks ');
    response.end('done');
  });
  const result = await loadCalls({ url, requests, renew: createNumbering(), connections: 4, durationMs });
  expect(result.answered).toBe(served);
  expect(result.faults.count).toBe(0);
  expect(result.p99).toBeGreaterThanOrEqual(result.p50);
});

test('a refusal counts as a fault, not as a call', async () => {
  const url = await serve((_request, response) =>
    response.writeHead(429, { 'content-length': 9 }).end('slow down'),
  );
  const result = await loadCalls({ url, requests, connections: 1, durationMs });
  expect(result.answered).toBe(0);
  expect(result.faults.first).toBe('HTTP/1.1 429 Too Many Requests: slow down');
});

test('load ends if the port is closed', async () => {
  const result = await loadCalls({ url: 'http://127.0.0.1:1', requests, connections: 2, durationMs });
  expect(result.answered).toBe(0);
  expect(result.faults.first).toContain('ECONNREFUSED');
});

test('load is refused for other hosts', async () => {
  const elsewhere = loadCalls({ url: 'http://192.0.2.1:80', requests, connections: 1, durationMs });
  await expect(elsewhere).rejects.toThrow('127.0.0.1 only');
});

test('a stream with all its chunks counts, and an incomplete one is a fault', async () => {
  let served = 0;
  const url = await serve((_request, response) => {
    served += 1;
    response.write(stampNow());
    if (served > 1) response.write(stampNow());
    response.end('[DONE]');
  });
  const result = await loadStreams({ url, requests, streams: 1, chunks: 2, spreadMs: 0, durationMs });
  expect(result.streams).toBe(served - 1);
  expect(result.faults).toEqual({ count: 1, first: 'A stream ended after 1 chunks.' });
});
