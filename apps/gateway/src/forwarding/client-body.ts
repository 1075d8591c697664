import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { AppError } from '@valuecanvas/contracts-core';

/** Upper bound for request bodies. The services have lower limits; this one saves the transfer. */
const maxBodyBytes = 8 * 1024 * 1024;

/** Bodies up to this size are buffered: a retry can send them again, and a slow client does not occupy a service. */
const maxWholeBytes = 64 * 1024;

/** The body of a client request, for forwarding. */
export interface ClientBody {
  /** Returns the content for one attempt, or null if the request has no body. */
  read(): Buffer | Readable | null;
  /** Returns true if part of the body may have been sent, so that another attempt could not send all of it. */
  hasStarted(): boolean;
}

/**
 * Buffers a small body. Streams a larger one, which is not read before an attempt has a connection. Throws
 * PAYLOAD_TOO_LARGE for more than 8 MiB. Rejects if the client disconnects before the end of a small body.
 */
export function clientBodyOf(request: IncomingMessage): ClientBody | Promise<ClientBody> {
  const length = declaredLength(request);
  if (length === 0) return emptyBody;
  return length !== undefined && length <= maxWholeBytes ? wholeBody(request) : streamedBody(request);
}

/** Returns the length of the body as the client declares it, or undefined if it declares none. */
function declaredLength({ method, headers }: IncomingMessage): number | undefined {
  if (method === 'GET' || method === 'HEAD') return 0;
  const encoding = headers['transfer-encoding'];
  if (encoding !== undefined) return requireChunked(encoding);
  const length = Number(headers['content-length'] ?? 0);
  if (length > maxBodyBytes) throw new AppError('PAYLOAD_TOO_LARGE');
  return length;
}

/** Refuses other codings than `chunked`. Node emits such a request before refusing it, so part of it would be sent. */
function requireChunked(encoding: string): undefined {
  if (encoding.toLowerCase() === 'chunked') return;
  const message = 'must be chunked';
  throw new AppError('VALIDATION_FAILED', { details: [{ path: 'transfer-encoding', message }] });
}

const emptyBody: ClientBody = { read: () => null, hasStarted: () => false };

function wholeBody(request: IncomingMessage): Promise<ClientBody> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => void chunks.push(chunk));
    request.once('end', () => {
      const bytes = chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
      resolve({ read: () => bytes, hasStarted: () => false });
    });
    request.once('close', () => {
      // 'close' is always emitted, and creating an Error costs a twentieth of a request.
      if (!request.complete) reject(new Error('The client disconnected.'));
    });
  });
}

function streamedBody(request: IncomingMessage): ClientBody {
  let hasStarted = false;
  async function* bytes(): AsyncGenerator<Buffer> {
    hasStarted = true;
    let length = 0;
    // A service may respond early and stop reading. The client must still receive that response.
    for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > maxBodyBytes) throw new AppError('PAYLOAD_TOO_LARGE');
      yield chunk;
    }
  }
  return {
    read() {
      const body = Readable.from(bytes(), { objectMode: false });
      // A client may disconnect after undici has released the body, when no other error listener is left.
      return body.on('error', () => undefined);
    },
    hasStarted: () => hasStarted,
  };
}
