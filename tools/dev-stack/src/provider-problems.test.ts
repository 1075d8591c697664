import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { providerProblems } from './provider-problems.ts';

/** A gateway that gives the next answer to each request, and the last one again. */
async function gatewayWith(
  ...answers: readonly (readonly [status: number, body: unknown])[]
): Promise<string> {
  const left = [...answers];
  const server = createServer((_request, response) => {
    const [status, body] = (left.length > 1 ? left.shift() : left[0]) ?? [500, {}];
    response.writeHead(status).end(JSON.stringify(body));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const { signal } = new AbortController();
const health = (providers: object) => ({ data: { providers } });

test('each provider that cannot serve is named with its problem, once all are checked', async () => {
  const url = await gatewayWith(
    [200, health({ together_ai: { checked: false }, openai: { checked: true } })],
    [
      503,
      health({
        together_ai: { checked: true, problem: 'refused' },
        openai: { checked: true, problem: 'unreachable' },
        own: { checked: true },
      }),
    ],
  );
  expect(await providerProblems(url, signal)).toEqual([
    'together_ai refuses its key or account.',
    'openai cannot be reached.',
  ]);
});

test('a health that is not public names no provider', async () => {
  expect(await providerProblems(await gatewayWith([401, { success: false }]), signal)).toEqual([]);
});
