import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';

export interface Captured {
  readonly url: string | undefined;
  readonly headers: IncomingHttpHeaders;
  /** Decompressed, one character per byte. */
  readonly body: string;
}

export interface Capture extends AsyncDisposable {
  readonly port: number;
  readonly requests: readonly Captured[];
}

const decoders: Readonly<Record<string, (body: Buffer) => Buffer>> = {
  gzip: gunzipSync,
  deflate: inflateSync,
  br: brotliDecompressSync,
};

/** A server that records every request and answers `{}` by default. */
export async function startCapture(
  answer: (request: Captured, response: ServerResponse) => void = (_, response) => response.end('{}'),
): Promise<Capture> {
  const requests: Captured[] = [];
  const server = createServer(async (request, response) => {
    const captured = await capture(request);
    requests.push(captured);
    response.setHeader('content-type', 'application/json');
    answer(captured, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function capture(request: IncomingMessage): Promise<Captured> {
  const { url, headers } = request;
  const body = await buffer(request);
  const decode = decoders[headers['content-encoding'] ?? ''] ?? ((same: Buffer) => same);
  return { url, headers, body: decode(body).toString('latin1') };
}
