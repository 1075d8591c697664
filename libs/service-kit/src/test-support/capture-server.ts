import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { onTestFinished } from 'vitest';

export interface CaptureServer {
  readonly port: number;
  /** Decompressed bodies of all requests so far, as Latin-1 text. */
  readonly bodies: readonly string[];
  readonly headers: readonly IncomingHttpHeaders[];
}

/** Starts a server that accepts every POST, as a collector does, and closes with the test. */
export async function startCaptureServer(): Promise<CaptureServer> {
  const bodies: string[] = [];
  const headers: IncomingHttpHeaders[] = [];
  const server = createServer(async (request, response) => {
    const body = await buffer(request);
    headers.push(request.headers);
    bodies.push(
      (request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body).toString('latin1'),
    );
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return { port: (server.address() as AddressInfo).port, bodies, headers };
}
