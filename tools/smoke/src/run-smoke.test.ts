import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { runSmoke } from './run-smoke.ts';

/** A deployment with the given routes only. */
async function smokeAgainst(deployment: RequestListener): Promise<{ failed: number; lines: string[] }> {
  const server = createServer(deployment).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const lines: string[] = [];
  const failed = await runSmoke({ url, user: undefined, admin: undefined }, (line) => lines.push(line));
  return { failed, lines };
}

test('checks independent of a failed one still run, and the last line counts both', async () => {
  const { failed, lines } = await smokeAgainst((request, response) => {
    response.statusCode = request.url === '/health' ? 200 : 503;
    response.end('{"version":"1.2.3"}');
  });
  expect(lines[0]).toMatch(/^ok .* the gateway answers/);
  expect(lines.filter((line) => line.startsWith('FAIL'))).toHaveLength(failed);
  expect(lines.at(-1)).toBe(`1 passed, ${failed} failed`);
});

test('a failure names the request, the status and the answer', async () => {
  const { lines } = await smokeAgainst((_request, response) => {
    response.statusCode = 503;
    response.end('{"code":"DEPENDENCY_UNAVAILABLE"}');
  });
  expect(lines.join('\n')).toMatch(
    /GET \/health\/ready answered 503 instead of 200: .*DEPENDENCY_UNAVAILABLE/,
  );
});

test('an answer of another shape than promised fails', async () => {
  const { lines } = await smokeAgainst((_request, response) => void response.end('{"data":{}}'));
  expect(lines.join('\n')).toMatch(/FAIL.*without the envelope/);
});

test('a deployment that does not answer fails every check', async () => {
  const lines: string[] = [];
  const settings = { url: 'http://127.0.0.1:1', user: undefined, admin: undefined };
  const failed = await runSmoke(settings, (line) => lines.push(line));
  expect(lines.at(-1)).toBe(`0 passed, ${failed} failed`);
});
