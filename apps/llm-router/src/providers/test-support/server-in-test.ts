import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export interface ServerInTest {
  /** The provider's base URL. */
  readonly url: string;
  /** Received requests, oldest first. */
  readonly requests: readonly ReceivedRequest[];
}

export interface ReceivedRequest {
  readonly url: string | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** A provider with arbitrary answers to completions. Closes with the test. */
export async function startServerInTest(
  answer: (response: ServerResponse, request: ReceivedRequest) => void,
): Promise<ServerInTest> {
  const requests: ReceivedRequest[] = [];
  const server = createServer(async (incoming, response) => {
    // The check of a router at its start.
    if (incoming.method === 'GET') return void response.end('{"object":"list","data":[]}');
    const parts: Buffer[] = [];
    for await (const part of incoming) parts.push(part);
    const request = {
      url: incoming.url,
      headers: incoming.headers,
      body: Buffer.concat(parts).toString('utf8'),
    };
    requests.push(request);
    answer(response, request);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, requests };
}
