import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** A service that responds as a test defines, and can stop and restart at the same address. */
export interface StubUpstream {
  readonly url: string;
  readonly received: readonly IncomingMessage[];
  /** Sets the handler of further requests. */
  answer(handler: Handler): void;
  goAway(): Promise<void>;
  comeBack(): Promise<void>;
}

/** Responds with status 200 and the received request as JSON until a test sets another handler. */
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
      // Clients notice the closed connections in later turns of the event loop. Until then they would send on a dead one.
      for (const _ of [1, 2]) await new Promise((resolve) => setImmediate(resolve));
    },
    comeBack: () => listen(port),
  };
}

/** Reads method, target, headers and body of a request. */
export function echo(request: IncomingMessage, response: ServerResponse): void {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const { method, url, headers } = request;
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ method, url, headers, body: Buffer.concat(chunks).toString() }));
  });
}
