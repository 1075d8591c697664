import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { AppError } from '@valuecanvas/contracts-core';

/** Bytes; the services' own limits are smaller, this one spares them the transport. */
const maxBodyBytes = 8 * 1024 * 1024;

/** Bytes up to which a body is awaited whole: it can then be sent again, and no slow client occupies a service. */
const maxWholeBytes = 64 * 1024;

/** What a client sends, to be passed on. */
export interface ClientBody {
  /** The bytes, for one attempt; null where there are none. */
  read(): Buffer | Readable | null;
  /** Once some of it may have been sent, no other attempt can send the whole. */
  begun(): boolean;
}

/**
 * A small body is awaited, of a larger one nothing is read before an attempt has a connection to send it over. Throws
 * PAYLOAD_TOO_LARGE for more than 8 MiB; a body that its client leaves unfinished rejects.
 */
export function clientBodyOf(request: IncomingMessage): ClientBody | Promise<ClientBody> {
  const length = announcedBytes(request);
  if (length === 0) return noBody;
  return length !== undefined && length <= maxWholeBytes ? wholeBody(request) : streamedBody(request);
}

/** Bytes of the body by what the client says; undefined where it does not say. */
function announcedBytes({ method, headers }: IncomingMessage): number | undefined {
  if (method === 'GET' || method === 'HEAD') return 0;
  const encoding = headers['transfer-encoding'];
  if (encoding !== undefined) return unlessUnknown(encoding);
  const length = Number(headers['content-length'] ?? 0);
  if (length > maxBodyBytes) throw new AppError('PAYLOAD_TOO_LARGE');
  return length;
}

/** Node hands such a request over before it refuses it, so that a part of it would have been passed on. */
function unlessUnknown(encoding: string): undefined {
  if (encoding.toLowerCase() === 'chunked') return;
  const message = 'must be chunked';
  throw new AppError('VALIDATION_FAILED', { details: [{ path: 'transfer-encoding', message }] });
}

const noBody: ClientBody = { read: () => null, begun: () => false };

function wholeBody(request: IncomingMessage): Promise<ClientBody> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => void chunks.push(chunk));
    request.once('end', () => {
      const bytes = chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
      resolve({ read: () => bytes, begun: () => false });
    });
    request.once('close', () => {
      // Always comes, and to make an error costs a twentieth of a request.
      if (!request.complete) reject(new Error('The client has gone away.'));
    });
  });
}

function streamedBody(request: IncomingMessage): ClientBody {
  let begun = false;
  async function* bytes(): AsyncGenerator<Buffer> {
    begun = true;
    let length = 0;
    // A service may answer early and stop reading; the client must still get that answer.
    for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > maxBodyBytes) throw new AppError('PAYLOAD_TOO_LARGE');
      yield chunk;
    }
  }
  return {
    read() {
      const body = Readable.from(bytes(), { objectMode: false });
      // A client may break off after undici has let go of its body, when nobody else listens any more.
      return body.on('error', () => undefined);
    },
    begun: () => begun,
  };
}
