import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';

export interface CaptureServer {
  readonly port: number;
  /** Bodies that have arrived, a character per byte. */
  readonly bodies: readonly string[];
}

/** Takes whatever is posted to it, as a collector does; it ends with the test. */
export async function startCaptureServer(): Promise<CaptureServer> {
  const bodies: string[] = [];
  const server = createServer(async (request, response) => {
    bodies.push((await buffer(request)).toString('latin1'));
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return { port: (server.address() as AddressInfo).port, bodies };
}
