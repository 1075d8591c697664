import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** A service that does what a test says, and can go away and come back at the same address. */
export interface StubUpstream {
  readonly url: string;
  readonly received: readonly IncomingMessage[];
  /** What it does with requests from now on. */
  answer(handler: Handler): void;
  goAway(): Promise<void>;
  comeBack(): Promise<void>;
}

/** Answers 200 with what it received, as JSON, until told otherwise. */
export async function startStubUpstream(): Promise<StubUpstream> {
  const received: IncomingMessage[] = [];
  let handler: Handler = echo;
  let server = createServer();
  const listen = async (port: number) => {
    server = createServer((request, response) => {
      received.push(request);
      handler(request, response);
    });
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  };
  await listen(0);
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    received,
    answer(next) {
      handler = next;
    },
    async goAway() {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
      // Its clients learn of it in their own turns; until then they would send on a connection that is none any more.
      for (const _ of [1, 2]) await new Promise((resolve) => setImmediate(resolve));
    },
    comeBack: () => listen(port),
  };
}

/** Method, target, headers and body of a request. */
export function echo(request: IncomingMessage, response: ServerResponse): void {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const { method, url, headers } = request;
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ method, url, headers, body: Buffer.concat(chunks).toString() }));
  });
}
