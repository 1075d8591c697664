import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll } from 'vitest';

/** A provider of a test file whose answer can be replaced. */
export interface MutableServer {
  /** The provider's base URL. */
  url(): string;
  answer(contentType: string, body: string): void;
}

export function startMutableServer(): MutableServer {
  let type = 'application/json';
  let text = '';
  const server = createServer((request, response) => {
    request.resume();
    response.setHeader('content-type', type);
    response.end(text);
  });
  beforeAll(async () => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    url: () => `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    answer(contentType, body) {
      type = contentType;
      text = body;
    },
  };
}
